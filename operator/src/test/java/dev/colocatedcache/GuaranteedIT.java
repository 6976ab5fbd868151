package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.PairRecorder;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** placement.pairing, where the scheduler by itself would part the halves. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("With pairing Guaranteed")
final class GuaranteedIT {
  private static final String CACHE = "/spec/cache/template/spec";
  private static final Duration A_WHILE = Duration.ofSeconds(5);

  private static PairManifest guaranteed() {
    return PairManifest.named("shop").with("/spec/placement/pairing", "Guaranteed");
  }

  @Test
  @DisplayName("no anchor lands where its follower does not fit, as one does with BestEffort")
  void neverMisplaced(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    String small = nodes.add(NodeSpec.named("any").with("cpu", "1"));
    String big = nodes.add(NodeSpec.named("any").with("cpu", "8"));
    PairManifest drawnToTheSmallNode =
        PairManifest.named("shop")
            .replicas(1)
            .with("/spec/service/template/spec/containers/0/resources/requests/cpu", "2")
            .with(
                CACHE + "/affinity",
                """
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - weight: 100
                      preference:
                        matchExpressions:
                          - {key: kubernetes.io/hostname, operator: In, values: [%s]}
                """
                    .formatted(small))
            .on(nodes);
    ObservedPairs shop = drawnToTheSmallNode.apply(cluster, namespace.name());
    settles(
        () ->
            assertThat(shop.condition("Colocated"))
                .hasValueSatisfying(
                    colocated -> {
                      assertThat(colocated.getReason()).isEqualTo("AnchorMisplaced");
                      assertThat(colocated.getMessage()).contains(small);
                    }));
    holdsFor(
        A_WHILE, () -> assertThat(shop.pods()).as("its follower is not even asked for").hasSize(1));

    drawnToTheSmallNode
        .with("/spec/placement/pairing", "Guaranteed")
        .apply(cluster, namespace.name());

    shop.awaitPairs(1);
    assertThat(shop.nodes("cache")).containsExactly(big);
  }

  @Test
  @DisplayName("a lost anchor comes back to its follower though the newest spec is Stalled")
  void stalled(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3);
    PairManifest manifest = guaranteed().replicas(2).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    manifest
        .with(CACHE + "/containers/0/resources/requests/cpu", "'999'")
        .apply(cluster, namespace.name());
    settles(
        () ->
            assertThat(shop.condition("Stalled"))
                .hasValueSatisfying(
                    stalled -> assertThat(stalled.getReason()).isEqualTo("NoRoomForRollout")));
    String node = shop.nodes("cache").get(0);
    String follower = pod(shop, "service", node).getMetadata().getUid();

    deleteAnchor(cluster, shop, node);
    settles(() -> assertThat(shop.status().readyReplicas()).as("status goes on").isEqualTo(1));

    settles(
        () -> assertThat(shop.nodes("cache")).hasSize(2).contains(node).doesNotHaveDuplicates());
    settles(() -> assertThat(shop.status().readyReplicas()).isEqualTo(2));
    assertThat(pod(shop, "service", node).getMetadata().getUid()).isEqualTo(follower);
    assertThat(shop.is("Stalled")).isEqualTo("True");
  }

  @Test
  @DisplayName("every pair stays on its node through a rollout, with nodes to spare about")
  void rollout(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(5);
    PairManifest manifest = guaranteed().replicas(3).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);
    Map<String, String> before = nodesByUid(shop);
    Set<String> places = Set.copyOf(before.values());

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      manifest
          .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
          .with(CACHE + "/containers/0/image", "redis:8-alpine")
          .apply(cluster, namespace.name());
      settles(
          () -> assertThat(nodesByUid(shop).keySet()).doesNotContainAnyElementsOf(before.keySet()));
      shop.awaitPairs(3);

      assertThat(Set.copyOf(nodesByUid(shop).values())).isEqualTo(places);
      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(2);
    }
  }

  @Test
  @OwnDevcluster(nodes = 3)
  @DisplayName("a lost anchor comes back to its follower, after the operator was away, too")
  void comesBack(Devcluster cluster, RunningOperator operator, KubernetesClient client) {
    ObservedPairs shop = guaranteed().replicas(2).apply(cluster, "default");
    shop.awaitPairs(2);
    String node = shop.nodes("cache").get(0);
    String follower = pod(shop, "service", node).getMetadata().getUid();

    deleteAnchor(cluster, shop, node);
    shop.awaitPairs(2);
    assertThat(shop.nodes("cache")).contains(node);
    assertThat(pod(shop, "service", node).getMetadata().getUid())
        .as("its follower is not touched")
        .isEqualTo(follower);

    operator.stop();
    deleteAnchor(cluster, shop, node);
    holdsFor(
        A_WHILE,
        () ->
            assertThat(shop.pods())
                .filteredOn(pod -> pod.getSpec().getNodeName() == null)
                .singleElement()
                .satisfies(
                    waiting ->
                        assertThat(waiting.getStatus().getConditions())
                            .as("it waits and says why")
                            .anyMatch(c -> "SchedulingGated".equals(c.getReason()))));
    operator.start();
    shop.awaitPairs(2);
    assertThat(pod(shop, "service", node).getMetadata().getUid()).isEqualTo(follower);
  }

  @Test
  @DisplayName(
      "an anchor whose follower has lost its room is evicted, and a whole pair comes of it")
  void moves(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    ObservedPairs shop =
        guaranteed()
            .replicas(1)
            .with("/spec/service/template/spec/containers/0/resources/requests/cpu", "3")
            .on(nodes)
            .apply(cluster, namespace.name());
    shop.awaitPairs(1);
    String crowded = shop.nodes("cache").get(0);
    Pod follower = pod(shop, "service", crowded);

    takeRoom(client, namespace.name(), crowded);
    client.resource(follower).delete();

    settles(() -> assertThat(shop.nodes("cache")).hasSize(1).doesNotContain(crowded));
    shop.awaitPairs(1);
    settles(
        () -> assertThat(shop.events("AnchorMoved")).singleElement().asString().contains(crowded));
  }

  /** Without asking the scheduler, as static pods and daemons do. */
  private static void takeRoom(KubernetesClient client, String namespace, String node) {
    Pod intruder =
        new PodBuilder()
            .withNewMetadata()
            .withName("intruder")
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .withNodeName(node)
            .addNewContainer()
            .withName("busy")
            .withImage("busybox:1.37")
            .withNewResources()
            .addToRequests("cpu", new Quantity("3"))
            .endResources()
            .endContainer()
            .endSpec()
            .build();
    client.resource(intruder).create();
  }

  @Test
  @DisplayName("an anchor that waits for a node which is cordoned meanwhile is made anew")
  void outrun(
      Devcluster cluster, RunningOperator operator, TestNamespace namespace, TestNodes nodes) {
    nodes.add(2);
    // A gate of somebody else's keeps the anchor from its node for as long as the test wants.
    PairManifest held =
        guaranteed()
            .replicas(1)
            .with(CACHE + "/schedulingGates", "[{name: example.com/hold}]")
            .on(nodes);
    ObservedPairs shop = held.apply(cluster, namespace.name());
    release(cluster, shop);
    shop.awaitPairs(1);
    String node = shop.nodes("cache").get(0);
    deleteAnchor(cluster, shop, node);
    Pod waits = waiting(shop);
    assertThat(waits.getMetadata().getAnnotations())
        .containsEntry("colocatedcache.dev/placed-for", node);

    cluster.kubectl("cordon", node).orFail();

    settles(
        () ->
            assertThat(waiting(shop).getMetadata().getUid())
                .isNotEqualTo(waits.getMetadata().getUid()));
    release(cluster, shop);
    shop.awaitPairs(1);
    assertThat(shop.nodes("cache")).doesNotContain(node);
  }

  /** The anchor that has lost the operator's gate and waits behind the other one. */
  private static Pod waiting(ObservedPairs shop) {
    settles(() -> assertThat(held(shop)).isPresent());
    return held(shop).orElseThrow();
  }

  private static Optional<Pod> held(ObservedPairs shop) {
    return shop.pods().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(
            pod ->
                pod.getSpec().getSchedulingGates().stream()
                    .map(PodSchedulingGate::getName)
                    .toList()
                    .equals(List.of("example.com/hold")))
        .findFirst();
  }

  private static void release(Devcluster cluster, ObservedPairs shop) {
    cluster
        .kubectl(
            "-n",
            shop.namespace(),
            "patch",
            "pod",
            waiting(shop).getMetadata().getName(),
            "--type=merge",
            "-p",
            "{\"spec\":{\"schedulingGates\":[]}}")
        .orFail();
  }

  private static void deleteAnchor(Devcluster cluster, ObservedPairs shop, String node) {
    String anchor = pod(shop, "cache", node).getMetadata().getName();
    cluster.kubectl("-n", shop.namespace(), "delete", "pod", "--wait=false", anchor).orFail();
    settles(
        () -> assertThat(shop.pods()).noneMatch(pod -> anchor.equals(pod.getMetadata().getName())));
  }

  private static Pod pod(ObservedPairs shop, String role, String node) {
    return shop.pods().stream()
        .filter(pod -> node.equals(pod.getSpec().getNodeName()))
        .filter(pod -> role.equals(pod.getMetadata().getLabels().get("colocatedcache.dev/role")))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> nodesByUid(ObservedPairs shop) {
    return shop.pods().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .collect(
            Collectors.toMap(
                pod -> pod.getMetadata().getUid(),
                pod -> String.valueOf(pod.getSpec().getNodeName())));
  }
}
