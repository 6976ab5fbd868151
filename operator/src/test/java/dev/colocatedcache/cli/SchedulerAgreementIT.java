package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.affinity.IncomingPod;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.PodJudgement;
import dev.colocatedcache.affinity.Scheduler;
import dev.colocatedcache.cli.RecordedCases.RecordedCluster;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.OwnDevcluster;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the same pods to the kube-scheduler of a running control plane and to us, in sequences:
 * each pod meets those before it. A pod that it binds must be on a node that we say fits; of one
 * that it cannot place its message must be ours, up to what it says of preemption.
 *
 * <p>The clusters and pods are recorded cases, as far as an API server takes them: it sets the
 * defaults here, and what it stored is what we judge. {@code -Dagreement.sequences=1000} runs more
 * of them.
 */
@ExtendWith(DevclusterExtension.class)
@OwnDevcluster
class SchedulerAgreementIT {
  private static final Logger LOG = LoggerFactory.getLogger(SchedulerAgreementIT.class);
  private static final int SEQUENCES = Integer.getInteger("agreement.sequences", 40);
  private static final int NODES = 5;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Pattern STORABLE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?");
  private static final String ROUND = "agreement/round";
  private static final Map<String, Map<String, String>> NAMESPACES =
      Map.of(
          "shop", Map.of("team", "a", "env", "prod"),
          "shop-eu", Map.of("team", "a"),
          "infra", Map.of("team", "b"));

  private final ObjectMapper mapper = new ObjectMapper();
  private final List<String> disagreements = new ArrayList<>();
  private Scheduler scheduler;
  private KubernetesClient client;
  private int judged;
  private int bound;

  @Test
  void theSchedulerOfARunningControlPlaneSaysWhatWeSay(Devcluster cluster) throws IOException {
    client = cluster.client();
    scheduler = new Scheduler(KubernetesVersion.parse(cluster.kubernetesVersion()));
    prepare(cluster);
    List<RecordedCluster> clusters =
        RecordedCases.read()
            .filter(recorded -> !recorded.nodes().isEmpty() && recorded.nodes().size() <= NODES)
            .filter(
                recorded -> recorded.questions().stream().anyMatch(this::goesThroughAnApiServer))
            .limit(SEQUENCES)
            .toList();
    assertThat(clusters).hasSize(SEQUENCES);

    for (int round = 0; round < clusters.size(); round++) {
      play(round, clusters.get(round));
      if (round % 50 == 49) {
        LOG.info("{} sequences, {} pods judged, {} of them bound", round + 1, judged, bound);
      }
    }

    LOG.info("{} sequences, {} pods judged, {} of them bound", SEQUENCES, judged, bound);
    assertThat(disagreements).isEmpty();
    assertThat(judged).isGreaterThan(SEQUENCES);
  }

  private boolean goesThroughAnApiServer(RecordedCases.Question question) {
    return question.admit()
        && (question.pod().getSpec().getNodeName() == null)
        && NAMESPACES.containsKey(question.pod().getMetadata().getNamespace());
  }

  private void prepare(Devcluster cluster) {
    NAMESPACES.forEach(
        (name, labels) -> {
          client
              .namespaces()
              .resource(
                  new NamespaceBuilder()
                      .withNewMetadata()
                      .withName(name)
                      .withLabels(labels)
                      .endMetadata()
                      .build())
              .create();
          await("the default service account of " + name)
              .atMost(LIMIT)
              .until(
                  () ->
                      client.serviceAccounts().inNamespace(name).withName("default").get() != null);
        });
    for (int i = 1; i <= NODES; i++) {
      cluster.addNode(NodeSpec.named("n" + i));
    }
    // Takes no pods but the probe: it tells when the scheduler has seen the nodes of a round.
    cluster.addNode(NodeSpec.named("probe").taint("probe", "", "NoSchedule"));
  }

  /**
   * Makes the nodes and pods those of a recorded cluster, then asks about one pod after another.
   */
  private void play(int round, RecordedCluster recorded) throws IOException {
    NAMESPACES
        .keySet()
        .forEach(namespace -> client.pods().inNamespace(namespace).withGracePeriod(0).delete());
    for (int i = 1; i <= NODES; i++) {
      become("n" + i, recorded.nodes().get((i - 1) % recorded.nodes().size()));
    }
    for (Pod existing : recorded.pods()) {
      startExisting(round, existing);
    }
    waitUntilTheSchedulerKnows(round);
    for (int i = 0; i < recorded.questions().size(); i++) {
      RecordedCases.Question question = recorded.questions().get(i);
      if (goesThroughAnApiServer(question)) {
        ask(question, "round-" + round + "-" + i);
      }
    }
  }

  private void become(String name, Node recorded) throws IOException {
    Node now = client.nodes().withName(name).get();
    Map<String, String> labels = new HashMap<>();
    now.getMetadata().getLabels().keySet().forEach(key -> labels.put(key, null));
    if (recorded.getMetadata().getLabels() != null) {
      recorded
          .getMetadata()
          .getLabels()
          .forEach(
              (key, value) -> {
                if (STORABLE.matcher(value).matches()) {
                  labels.put(key, value);
                }
              });
    }
    if (labels.get("kubernetes.io/hostname") != null) {
      labels.put("kubernetes.io/hostname", name);
    }
    boolean cordoned =
        recorded.getSpec() != null && Boolean.TRUE.equals(recorded.getSpec().getUnschedulable());
    patch(
        name,
        "",
        Map.of(
            "metadata", Map.of("labels", labels),
            "spec", Map.of("unschedulable", cordoned, "taints", taints(recorded, cordoned))));
    Map<String, Object> allocatable = new HashMap<>();
    now.getStatus().getAllocatable().keySet().forEach(key -> allocatable.put(key, null));
    recorded
        .getStatus()
        .getAllocatable()
        .forEach((key, quantity) -> allocatable.put(key, quantity.toString()));
    patch(name, "status", Map.of("status", Map.of("allocatable", allocatable)));
  }

  /**
   * The taints that a controller would neither take away (those of a node's condition) nor evict
   * pods for (NoExecute).
   */
  private static List<Map<String, String>> taints(Node recorded, boolean cordoned) {
    List<Map<String, String>> taints = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    if (cordoned) {
      taints.add(Map.of("key", "node.kubernetes.io/unschedulable", "effect", "NoSchedule"));
    }
    List<Taint> wanted = recorded.getSpec() == null ? List.of() : recorded.getSpec().getTaints();
    for (Taint taint : wanted) {
      String effect =
          taint.getEffect().equals("PreferNoSchedule") ? "PreferNoSchedule" : "NoSchedule";
      if (!taint.getKey().startsWith("node.kubernetes.io/") && seen.add(taint.getKey() + effect)) {
        taints.add(
            Map.of(
                "key",
                taint.getKey(),
                "value",
                taint.getValue() == null ? "" : taint.getValue(),
                "effect",
                effect));
      }
    }
    return taints;
  }

  private void patch(String node, String subresource, Map<String, Object> patch)
      throws IOException {
    // Not the client's own serialization: it leaves out the nulls that remove a field.
    String json = mapper.writeValueAsString(patch);
    if (subresource.isEmpty()) {
      client.nodes().withName(node).patch(PatchContext.of(PatchType.JSON_MERGE), json);
    } else {
      client
          .nodes()
          .withName(node)
          .subresource(subresource)
          .patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }
  }

  private void startExisting(int round, Pod recorded) {
    String node = recorded.getSpec().getNodeName();
    if (node == null
        || !node.matches("n[1-5]")
        || recorded.getMetadata().getDeletionTimestamp() != null
        || isOver(recorded.getStatus())) {
      return;
    }
    Pod pod =
        new PodBuilder(recorded)
            .withStatus(null)
            .editMetadata()
            .withName(recorded.getMetadata().getName() + "-" + round)
            .withAnnotations(null)
            .endMetadata()
            .editSpec()
            .withPriority(null)
            .withSchedulerName(null)
            .withNodeName(node)
            .withTerminationGracePeriodSeconds(0L)
            .endSpec()
            .build();
    create(pod);
  }

  private static boolean isOver(PodStatus status) {
    return status != null
        && ("Succeeded".equals(status.getPhase()) || "Failed".equals(status.getPhase()));
  }

  /** Creates a pod; empty if the API server refuses it. */
  private Optional<Pod> create(Pod pod) {
    Pod named =
        new PodBuilder(pod)
            .editSpec()
            .withContainers(withImages(pod.getSpec().getContainers()))
            .withInitContainers(withImages(pod.getSpec().getInitContainers()))
            .endSpec()
            .build();
    try {
      return Optional.of(client.pods().resource(named).create());
    } catch (KubernetesClientException refused) {
      if (refused.getCode() == 422 || refused.getCode() == 403) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  private static List<Container> withImages(List<Container> containers) {
    containers.forEach(container -> container.setImage("registry.k8s.io/pause:3.10"));
    return containers;
  }

  /** The nodes' watch brings this label after everything else that this round changed of nodes. */
  private void waitUntilTheSchedulerKnows(int round) throws IOException {
    patch("probe", "", Map.of("metadata", Map.of("labels", Map.of(ROUND, String.valueOf(round)))));
    Pod probe =
        new PodBuilder()
            .withNewMetadata()
            .withName("probe-" + round)
            .withNamespace("default")
            .endMetadata()
            .withNewSpec()
            .withNodeSelector(Map.of(ROUND, String.valueOf(round)))
            .addNewToleration()
            .withOperator("Exists")
            .endToleration()
            .addNewContainer()
            .withName("a")
            .endContainer()
            .endSpec()
            .build();
    await("the default service account")
        .atMost(LIMIT)
        .until(
            () ->
                client.serviceAccounts().inNamespace("default").withName("default").get() != null);
    create(probe);
    await("the scheduler has seen round " + round)
        .atMost(LIMIT)
        .pollInterval(POLL)
        .until(() -> nodeOf("default", "probe-" + round) != null);
    client.pods().inNamespace("default").withName("probe-" + round).withGracePeriod(0).delete();
  }

  private String nodeOf(String namespace, String pod) {
    return client.pods().inNamespace(namespace).withName(pod).get().getSpec().getNodeName();
  }

  private void ask(RecordedCases.Question question, String name) {
    ClusterInput cluster = new ClusterInput(KubernetesVersion.DEFAULT);
    new ApiServerReader(client).read(cluster);
    Pod written =
        new PodBuilder(question.pod())
            .editMetadata()
            .withName(name)
            .endMetadata()
            .editSpec()
            // Given by a class or not at all.
            .withPriority(null)
            .withTerminationGracePeriodSeconds(0L)
            .endSpec()
            .build();
    Optional<Pod> created = create(written);
    if (created.isEmpty()) {
      return;
    }
    String namespace = written.getMetadata().getNamespace();
    PodJudgement ours = scheduler.judge(cluster.snapshot(), IncomingPod.asStored(created.get()));
    PodJudgement admitted =
        scheduler.judge(
            cluster.snapshot(), IncomingPod.admitted(written, cluster.admission(namespace)));
    if (!json(ours).equals(json(admitted))) {
      disagreements.add(
          "%s: as stored %s%n  as admitted by us %s".formatted(name, json(ours), json(admitted)));
    }
    Pod decided =
        await("the scheduler's word on " + name)
            .atMost(LIMIT)
            .pollInterval(POLL)
            .until(
                () -> client.pods().inNamespace(namespace).withName(name).get(),
                pod -> pod.getSpec().getNodeName() != null || unschedulable(pod).isPresent());
    judged++;
    String node = decided.getSpec().getNodeName();
    if (node != null) {
      bound++;
      if (!(ours.verdicts().containsKey(node) && ours.verdicts().get(node).fits())) {
        disagreements.add("%s: bound to %s, ours %s".formatted(name, node, json(ours)));
      }
      return;
    }
    String message = unschedulable(decided).orElseThrow();
    if (ours.fits() || !message.startsWith(ours.fitError())) {
      disagreements.add(
          "%s: %s%n  ours %s%n  %s".formatted(name, message, ours.fitError(), json(ours)));
    }
    client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
  }

  private ObjectNode json(PodJudgement judgement) {
    return new Explanation(judgement).asJson(mapper.createObjectNode());
  }

  private static Optional<String> unschedulable(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> "PodScheduled".equals(condition.getType()))
        .filter(condition -> "Unschedulable".equals(condition.getReason()))
        .map(PodCondition::getMessage)
        .findFirst();
  }
}
