package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.PodHistory;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pairs that are not alone: other pairs, other people's pods and quotas want the same room. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("Among neighbours,")
final class NeighboursIT {
  private static final Duration A_MOMENT = Duration.ofMillis(1500);

  private static final NodeSpec SMALL = NodeSpec.named("small").with("cpu", "1");

  private final List<String> classes = new ArrayList<>();
  private Devcluster cluster;
  private TestNodes nodes;
  private String namespace;
  private PodHistory history;

  @BeforeEach
  void here(
      Devcluster cluster, RunningOperator operator, TestNamespace namespace, TestNodes nodes) {
    assertThat(operator.isRunning()).isTrue();
    this.cluster = cluster;
    this.nodes = nodes;
    this.namespace = namespace.name();
    history = PodHistory.of(cluster.client(), this.namespace);
  }

  @AfterEach
  void closeHistory() {
    history.close();
    classes.forEach(c -> cluster.kubectl("delete", "priorityclass", c).orFail());
  }

  @Test
  @DisplayName("a quota limits pairs as nodes do, and no pod is ever refused")
  void quota() {
    nodes.add(3);
    quota("pods: 4");
    ObservedPairs checkout = pairs("checkout", 3).apply(cluster, namespace);
    checkout.awaitPairs(2);
    settles(
        () -> {
          assertThat(checkout.status().capacity().message())
              .startsWith("2 of 3 pairs placed: 2 of ")
              .contains("1 exceeded quota: team, limited: pods=4");
          assertThat(checkout.condition("CapacityLimited").orElseThrow().getMessage())
              .contains("exceeded quota: team, limited: pods=4");
          assertThat(checkout.is("CapacityLimited")).isEqualTo("True");
          assertThat(checkout.is("Ready")).isEqualTo("True");
        });

    quota("pods: 7");
    checkout.awaitPairs(3);
    assertThat(checkout.is("CapacityLimited")).isEqualTo("False");

    quota("pods: 2");
    holdsFor(A_MOMENT, () -> assertThat(checkout.status().replicas()).isEqualTo(3));
    assertThat(history.killed()).as("what runs goes on").isEmpty();
    assertThat(history.neverPlaced()).isEmpty();
    assertThat(refused()).as("pods that the quota refused").isEmpty();
  }

  @Test
  @DisplayName("several share a quota: by age, and no pod is ever refused")
  void sharedQuota() {
    nodes.add(3);
    quota("pods: 6");
    List<ObservedPairs> both =
        PairManifest.apply(List.of(pairs("a", 2), pairs("b", 2)), cluster, namespace);
    both.get(0).awaitPairs(2);
    both.get(1).awaitPairs(1);
    assertThat(both.get(1).status().capacity().message()).contains("exceeded quota: team");

    cluster.kubectl("-n", namespace, "scale", "ccache/a", "--replicas=1").orFail();
    both.get(1).awaitPairs(2);
    assertThat(history.neverPlaced()).isEmpty();
    assertThat(refused()).as("pods that the quota refused").isEmpty();
  }

  @Test
  @DisplayName("free room goes by priority, then by age, and no pod waits for it")
  void order() {
    priorityClass("polite", 1000, "Never");
    List<ObservedPairs> all =
        PairManifest.apply(
            List.of(
                oneANode("a", 2),
                oneANode("b", 2),
                oneANode("c", 2).withInBoth("/priorityClassName", name("polite"))),
            cluster,
            namespace);
    all.forEach(pairs -> pairs.awaitPairs(0));

    nodes.add(3, SMALL);
    awaitPairs(all, 1, 0, 2);
    nodes.add(2, SMALL);
    awaitPairs(all, 2, 1, 2);
    cluster.kubectl("-n", namespace, "scale", "ccache/c", "--replicas=1").orFail();
    awaitPairs(all, 2, 2, 1);
    cluster.kubectl("-n", namespace, "scale", "ccache/c", "--replicas=2").orFail();
    holdsFor(A_MOMENT, () -> assertThat(all.get(2).status().replicas()).isEqualTo(1));
    assertThat(history.neverPlaced()).isEmpty();
    assertThat(history.killed()).as("but for the pair that was scaled down").hasSize(2);
  }

  @Test
  @DisplayName("what is granted is held until its pods are there, and let go when it is deleted")
  void held() {
    nodes.add(1, SMALL);
    ObservedPairs late =
        oneANode("late", 1)
            .withInBoth("/schedulerName", "one-that-never-comes")
            .apply(cluster, namespace);
    settles(() -> assertThat(late.pods()).hasSize(2));

    ObservedPairs next = oneANode("next", 1).apply(cluster, namespace);
    settles(() -> assertThat(next.is("CapacityLimited")).isEqualTo("True"));
    holdsFor(A_MOMENT, () -> assertThat(next.status().replicas()).isZero());
    assertThat(next.status().capacity().message()).contains("Insufficient cpu");

    cluster.kubectl("-n", namespace, "delete", "ccache/late").orFail();
    next.awaitPairs(1);
  }

  @Test
  @DisplayName(
      "room that foreign pods of lower priority hold is room, where a template may preempt")
  void foreignPods() {
    nodes.add(3, SMALL);
    priorityClass("gold", 1000, "PreemptLowerPriority");
    priorityClass("polite", 1000, "Never");
    apply(
        nodes.pin(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: batch}
            spec:
              replicas: 3
              selector: {matchLabels: {app: batch}}
              template:
                metadata: {labels: {app: batch}}
                spec:
                  containers: [{name: batch, image: batch, resources: {requests: {cpu: 600m}}}]
            """));
    settles(
        () ->
            assertThat(
                    cluster
                        .client()
                        .apps()
                        .deployments()
                        .inNamespace(namespace)
                        .withName("batch")
                        .get()
                        .getStatus()
                        .getReadyReplicas())
                .isEqualTo(3));
    ObservedPairs polite =
        oneANode("polite", 1)
            .withInBoth("/priorityClassName", name("polite"))
            .apply(cluster, namespace);
    polite.awaitPairs(0);
    assertThat(polite.status().capacity().message()).contains("Insufficient cpu");

    ObservedPairs gold =
        oneANode("gold", 2)
            .withInBoth("/priorityClassName", name("gold"))
            .apply(cluster, namespace);
    gold.awaitPairs(2);
    assertThat(gold.is("CapacityLimited")).isEqualTo("False");
    assertThat(polite.status().replicas()).isZero();
    assertThat(history.killed())
        .as("two pods made room, none of ours")
        .hasSize(2)
        .allMatch(pod -> pod.startsWith("batch-"));
  }

  @Test
  @DisplayName("pairs of a strictly higher priority take room from others pair by pair")
  void steals() {
    nodes.add(3, SMALL);
    priorityClass("gold", 1000, "PreemptLowerPriority");
    ObservedPairs lower = oneANode("lower", 3).apply(cluster, namespace);
    lower.awaitPairs(3);
    ObservedPairs equal = oneANode("equal", 1).apply(cluster, namespace);
    equal.awaitPairs(0);

    ObservedPairs gold =
        oneANode("gold", 2)
            .withInBoth("/priorityClassName", name("gold"))
            .apply(cluster, namespace);
    gold.awaitPairs(2);
    lower.awaitPairs(1);

    assertThat(equal.status().replicas()).isZero();
    assertThat(history.killed())
        .as("both halves of two pairs")
        .hasSize(4)
        .allMatch(pod -> pod.startsWith("lower-"));
    assertThat(history.neverPlaced()).as("the loser went before the winner came").isEmpty();
    assertThat(preemptions()).as("kube-scheduler had nothing to do").isEmpty();
  }

  @Test
  @DisplayName("by hand, two that compete leave pods Pending and halves alone")
  void byHand() {
    nodes.add(2, SMALL);
    for (String name : List.of("a", "b")) {
      apply(nodes.pin(byHand(name, "cache", "") + "---\n" + byHand(name, "service", FOLLOWS)));
    }

    holdsFor(
        A_MOMENT,
        () -> {
          List<Pod> pods = cluster.client().pods().inNamespace(namespace).list().getItems();
          assertThat(pods).hasSize(8);
          Set<String> caches = placed(pods, "cache");
          Set<String> services = placed(pods, "service");
          assertThat(caches.size() + services.size()).as("all that the nodes hold").isEqualTo(4);
          assertThat(pods)
              .filteredOn(pod -> pod.getSpec().getNodeName() == null)
              .as("Pending for ever")
              .hasSize(4);
        });
  }

  private static final String FOLLOWS =
      """
      podAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: %s-cache}}}
      """;

  /** One half as one would write it: at most one a node, the service where its cache is. */
  private static String byHand(String name, String half, String follows) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s-%2$s}
        spec:
          replicas: 2
          selector: {matchLabels: {app: %1$s-%2$s}}
          template:
            metadata: {labels: {app: %1$s-%2$s, half: %2$s}}
            spec:
              containers: [{name: main, image: main, resources: {requests: {cpu: 400m}}}]
              affinity:
                podAntiAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: %1$s-%2$s}}}
                %3$s
        """
        .formatted(name, half, follows.formatted(name));
  }

  /** Those of that half that have a node, by name. */
  private static Set<String> placed(List<Pod> pods, String half) {
    return pods.stream()
        .filter(pod -> half.equals(pod.getMetadata().getLabels().get("half")))
        .filter(pod -> pod.getSpec().getNodeName() != null)
        .map(pod -> pod.getMetadata().getName())
        .collect(Collectors.toSet());
  }

  private List<String> preemptions() {
    return cluster.client().v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> "Preempted".equals(event.getReason()))
        .map(event -> event.getInvolvedObject().getName())
        .toList();
  }

  private static void awaitPairs(List<ObservedPairs> all, int... pairs) {
    for (int i = 0; i < pairs.length; i++) {
      all.get(i).awaitPairs(pairs[i]);
    }
  }

  /** Pairs of which a {@link #SMALL} node takes one. */
  private PairManifest oneANode(String name, int replicas) {
    return PairManifest.named(name)
        .replicas(replicas)
        .withInBoth("/containers/0/resources", "{requests: {cpu: 400m}}")
        .on(nodes);
  }

  /** Priority classes belong to the cluster, so each test has its own. */
  private String name(String priorityClass) {
    return namespace + "-" + priorityClass;
  }

  private void priorityClass(String name, int value, String policy) {
    apply(
        """
        apiVersion: scheduling.k8s.io/v1
        kind: PriorityClass
        metadata: {name: %s}
        value: %d
        preemptionPolicy: %s
        """
            .formatted(name(name), value, policy));
    classes.add(name(name));
  }

  private PairManifest pairs(String name, int replicas) {
    return PairManifest.named(name).replicas(replicas).on(nodes);
  }

  /** Waits until the quota controller has taken note of it, for only then it counts. */
  private void quota(String hard) {
    apply(
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: team}, spec: {hard: {%s}}}"
            .formatted(hard));
    settles(
        () -> {
          var team =
              cluster.client().resourceQuotas().inNamespace(namespace).withName("team").get();
          assertThat(team.getStatus().getHard()).isEqualTo(team.getSpec().getHard());
        });
  }

  private List<String> refused() {
    return cluster.client().v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> "FailedCreate".equals(event.getReason()))
        .map(event -> event.getMessage())
        .toList();
  }

  private void apply(String manifest) {
    cluster.kubectl().runWithInput(manifest, "-n", namespace, "apply", "-f-").orFail();
  }
}
