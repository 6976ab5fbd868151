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
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A template is changed to ask for more than one of the nodes with a pair has. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("A changed template that fits on fewer nodes than run a pair")
final class ShrinkIT {
  private static final String CPU = "/spec/cache/template/spec/containers/0/resources/requests/cpu";

  @Test
  @DisplayName(
      "is not rolled out below minReplicas, but with allowShrink, and then it is said first")
  void allowShrink(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    List<String> big = nodes.add(2, NodeSpec.named("any").with("cpu", "4"));
    nodes.add(NodeSpec.named("any").with("cpu", "1"));
    PairManifest manifest =
        PairManifest.named("shop").replicas(3).with("/spec/minReplicas", "3").on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);

    try (PodHistory history = PodHistory.of(client, namespace.name())) {
      PairManifest asksForMore = manifest.with(CPU, "'2'");
      asksForMore.apply(cluster, namespace.name());
      settles(
          () ->
              assertThat(shop.condition("Stalled"))
                  .hasValueSatisfying(
                      stalled -> {
                        assertThat(stalled.getReason()).isEqualTo("NoRoomForRollout");
                        assertThat(stalled.getMessage()).contains("allowShrink");
                      }));
      holdsFor(Duration.ofSeconds(2), () -> assertThat(history.killed()).isEmpty());

      asksForMore.with("/spec/capacity/allowShrink", "true").apply(cluster, namespace.name());

      shop.awaitPairs(2);
      assertThat(shop.nodes("cache")).containsExactlyInAnyOrderElementsOf(big);
      assertThat(shop.events("RolloutShrinks"))
          .singleElement()
          .asString()
          .contains("the 3 that run", "2 of 3 pairs placed");
      settles(
          () ->
              assertThat(shop.condition("Ready"))
                  .hasValueSatisfying(
                      ready -> assertThat(ready.getReason()).isEqualTo("TooFewPairs")));
    }
  }

  @Test
  @DisplayName("is rolled out to at least minReplicas, and it is said before a pod is killed")
  void saidFirst(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2, NodeSpec.named("any").with("cpu", "4"));
    nodes.add(NodeSpec.named("any").with("cpu", "1"));
    PairManifest manifest =
        PairManifest.named("shop").replicas(3).with("/spec/minReplicas", "2").on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);

    try (PodHistory history = PodHistory.of(client, namespace.name())) {
      manifest.with(CPU, "'2'").apply(cluster, namespace.name());
      settles(
          () -> {
            // In this order: once one is killed it must have been said already.
            boolean killed = !history.killed().isEmpty();
            assertThat(shop.events("RolloutShrinks").isEmpty() && killed).isFalse();
            assertThat(killed).isTrue();
          });
      shop.awaitPairs(2);
      settles(() -> assertThat(shop.is("CapacityLimited")).isEqualTo("True"));
      assertThat(shop.is("Ready")).isEqualTo("True");
    }
  }
}
