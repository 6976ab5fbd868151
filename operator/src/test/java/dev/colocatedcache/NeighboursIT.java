package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.PodHistory;
import dev.colocatedcache.testing.RunningOperator;
import java.time.Duration;
import java.util.List;
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
