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
import dev.colocatedcache.testing.ReplicaHistory;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** capacity.scaleDownDelaySeconds, with a pair on each of three nodes. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("A node")
final class NodeAbsenceIT {
  private static final Duration A_WHILE = Duration.ofSeconds(5);

  private Devcluster cluster;
  private TestNodes nodes;
  private TestNamespace namespace;
  private ObservedPairs shop;
  private Set<String> running;
  private ReplicaHistory replicas;
  private PodHistory pods;

  @BeforeEach
  void here(
      Devcluster cluster, RunningOperator operator, TestNamespace namespace, TestNodes nodes) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.namespace = namespace;
    nodes.add(3);
  }

  private static PairManifest pairs() {
    return PairManifest.named("shop").replicas(3);
  }

  private void run(PairManifest manifest) {
    shop = manifest.on(nodes).apply(cluster, namespace.name());
    shop.awaitPairs(3);
    running = uids();
    replicas = new ReplicaHistory(cluster.client(), namespace.name());
    pods = PodHistory.of(cluster.client(), namespace.name());
  }

  @AfterEach
  void close() {
    replicas.close();
    pods.close();
  }

  @Test
  @DisplayName("that is deleted and comes back within the delay costs no pair and no pod")
  void comesBack() {
    run(pairs());

    cluster.deleteNode(third());
    holdsFor(
        A_WHILE,
        () -> {
          assertThat(shop.status().capacity().message())
              .startsWith("3 of 3 pairs placed")
              .endsWith("; " + third() + " is gone: its pair is kept for 120 s");
          assertThat(shop.status().replicas()).isEqualTo(3);
          assertThat(shop.status().readyReplicas()).isEqualTo(2);
          assertThat(shop.is("CapacityLimited")).isEqualTo("False");
          assertThat(shop.is("Colocated")).isEqualTo("True");
        });

    cluster.addNode(
        NodeSpec.named(third())
            .label(TestNodes.KEY, nodes.id())
            .taint(TestNodes.KEY, nodes.id(), "NoSchedule"));
    shop.awaitPairs(3);
    settles(
        () -> assertThat(shop.status().capacity().message()).doesNotContain("gone", "not Ready"));
    assertThat(uids()).isEqualTo(running);
    assertThat(pods.killed()).isEmpty();
    assertThat(replicas.least()).isEqualTo(Map.of("shop", 3, "shop-cache", 3));
  }

  @Test
  @DisplayName("that stays away costs its pair once the delay is over, and no other")
  void staysAway() {
    run(pairs().with("/spec/capacity/scaleDownDelaySeconds", "6"));

    cluster.deleteNode(third());
    settles(
        () ->
            assertThat(shop.status().capacity().message())
                .endsWith("; " + third() + " is gone: its pair is kept for 6 s"));

    settles(
        () -> {
          assertThat(shop.status().replicas()).isEqualTo(2);
          assertThat(shop.is("CapacityLimited")).isEqualTo("True");
          assertThat(shop.is("Ready")).isEqualTo("True");
          assertThat(shop.nodes("cache")).doesNotContain(third()).hasSize(2);
          assertThat(shop.nodes("service")).isEqualTo(shop.nodes("cache"));
        });
    assertThat(running).as("nothing moves").containsAll(uids());
  }

  @Test
  @DisplayName("that is not Ready in the middle of a rollout holds it up, and costs no pair")
  void notReadyInRollout() {
    run(pairs());

    cluster.setNotReady(third(), true);
    settles(
        () ->
            assertThat(cluster.client().nodes().withName(third()).get().getSpec().getTaints())
                .anyMatch(taint -> taint.getKey().equals("node.kubernetes.io/not-ready")));
    pairs()
        .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
        .on(nodes)
        .apply(cluster, namespace.name());
    // The rollout has come to the node that is away.
    settles(() -> assertThat(shop.pods()).anyMatch(pod -> pod.getSpec().getNodeName() == null));
    holdsFor(
        A_WHILE,
        () -> {
          assertThat(shop.status().replicas()).isEqualTo(3);
          assertThat(shop.status().capacity().message())
              .endsWith("; " + third() + " is not Ready: its pair is kept for 120 s");
          assertThat(shop.is("Colocated")).isEqualTo("False");
        });

    cluster.setNotReady(third(), false);
    shop.awaitPairs(3);
    settles(
        () ->
            assertThat(shop.pods())
                .filteredOn(pod -> pod.getMetadata().getName().startsWith("shop-cache"))
                .extracting(pod -> pod.getMetadata().getUid())
                .as("caches, which do not roll")
                .isSubsetOf(running));
    assertThat(replicas.least()).isEqualTo(Map.of("shop", 3, "shop-cache", 3));
    assertThat(shop.events("PairBroken")).isEmpty();
  }

  @Test
  @DisplayName("that is cordoned and drained costs its pair at once")
  void onPurpose() {
    run(pairs());

    cluster.drain(third()).orFail();

    shop.awaitPairs(2);
    assertThat(shop.status().capacity().message()).contains("node(s) were unschedulable");
  }

  private String third() {
    return nodes.names().get(2);
  }

  private Set<String> uids() {
    return shop.pods().stream()
        .map(Pod::getMetadata)
        .filter(metadata -> metadata.getDeletionTimestamp() == null)
        .map(metadata -> metadata.getUid())
        .collect(Collectors.toSet());
  }
}
