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
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("Asked for fewer pairs,")
final class ScaleDownIT {
  private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  @Test
  @DisplayName(
      "both halves of the same nodes go, where two Deployments by hand would pick at random")
  void wholePairsGo(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(6);
    ObservedPairs checkout = apply(cluster, namespace, nodes, client);
    scale(cluster, namespace, 6);
    checkout.awaitPairs(6);

    for (int pairs = 5; pairs >= 1; pairs -= 2) {
      scale(cluster, namespace, pairs);
      checkout.awaitPairs(pairs);
      int expected = pairs;
      holdsFor(
          Duration.ofSeconds(1),
          () -> {
            assertThat(checkout.is("Colocated")).isEqualTo("True");
            assertThat(checkout.nodes("service"))
                .hasSize(expected)
                .isEqualTo(checkout.nodes("cache"));
          });
    }
    scale(cluster, namespace, 0);
    settles(() -> assertThat(checkout.pods()).isEmpty());
    settles(() -> assertThat(checkout.is("Ready")).isEqualTo("True"));
  }

  @Test
  @DisplayName("no mark is left on the pods that stay, and a user's own cost is not touched")
  void noMarkIsLeft(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3);
    ObservedPairs checkout = apply(cluster, namespace, nodes, client);
    scale(cluster, namespace, 3);
    checkout.awaitPairs(3);
    cluster.kubectl("-n", namespace.name(), "annotate", "pods", "--all", COST + "=7").orFail();
    Set<String> annotated =
        checkout.pods().stream()
            .map(pod -> pod.getMetadata().getUid())
            .collect(Collectors.toUnmodifiableSet());

    scale(cluster, namespace, 2);
    checkout.awaitPairs(2);
    assertThat(checkout.pods())
        .as("left to the user's costs halves may come apart, and are made anew elsewhere")
        .filteredOn(pod -> annotated.contains(pod.getMetadata().getUid()))
        .isNotEmpty()
        .allSatisfy(pod -> assertThat(pod.getMetadata().getAnnotations()).containsEntry(COST, "7"));
    cluster.kubectl("-n", namespace.name(), "annotate", "pods", "--all", COST + "-").orFail();

    scale(cluster, namespace, 1);
    settles(() -> assertThat(checkout.pods()).hasSize(2));
    assertThat(checkout.pods())
        .allSatisfy(
            pod ->
                assertThat(pod.getMetadata().getAnnotations())
                    .satisfiesAnyOf(
                        annotations -> assertThat(annotations).isNull(),
                        annotations -> assertThat(annotations).doesNotContainKey(COST)));
  }

  private static ObservedPairs apply(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    String sample =
        Yaml.file("samples/checkout-service-follows-cache.yaml")
            .replace("namespace: checkout", "namespace: " + namespace.name());
    cluster.kubectl().runWithInput(nodes.pin(sample), "apply", "-f-").orFail();
    return new ObservedPairs(client, namespace.name(), "checkout");
  }

  private static void scale(Devcluster cluster, TestNamespace namespace, int pairs) {
    cluster
        .kubectl("-n", namespace.name(), "scale", "ccache/checkout", "--replicas=" + pairs)
        .orFail();
  }
}
