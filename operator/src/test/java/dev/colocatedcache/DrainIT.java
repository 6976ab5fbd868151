package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.PairRecorder;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes are drained for maintenance, one after the other. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("When nodes are drained,")
final class DrainIT {
  private static final String BY_HAND =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: shop}
      spec:
        replicas: 2
        selector: {matchLabels: {app: shop}}
        template:
          metadata: {labels: {app: shop}}
          spec:
            containers: [{name: web, image: nginx}]
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - labelSelector: {matchLabels: {app: shop}}
                    topologyKey: kubernetes.io/hostname
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: shop}
      spec: {minAvailable: 2, selector: {matchLabels: {app: shop}}}
      """;

  private static final String RIVAL =
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: everything}
      spec: {maxUnavailable: 1, selector: {}}
      """;

  @Test
  @DisplayName("a budget by hand that counts what must stay keeps the drain waiting for ever")
  void byHand(Devcluster cluster, TestNamespace namespace, TestNodes nodes) {
    List<String> names = nodes.add(2);
    cluster
        .kubectl()
        .runWithInput(nodes.pin(BY_HAND), "-n", namespace.name(), "apply", "-f-")
        .orFail();
    cluster
        .kubectl("-n", namespace.name(), "rollout", "status", "deployment/shop", "--timeout=90s")
        .orFail();

    CommandResult drain = drain(cluster, names.get(0), "8s");

    assertThat(drain.exit()).isNotZero();
    assertThat(drain.err()).contains("violate the pod's disruption budget");
  }

  @ParameterizedTest(name = "{0} node(s) to spare")
  @ValueSource(ints = {0, 1})
  @DisplayName("each drain ends by itself, and never are two pairs away at once")
  void everyNodeInTurn(
      int spare,
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    List<String> names = nodes.add(3 + spare);
    ObservedPairs shop =
        PairManifest.named("shop").replicas(3).on(nodes).apply(cluster, namespace.name());
    shop.awaitPairs(3);

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      for (String node : names) {
        drain(cluster, node, "90s").orFail();
        shop.awaitPairs(2 + spare);
        assertThat(shop.nodes("service")).doesNotContain(node);
        cluster.kubectl("uncordon", node).orFail();
        shop.awaitPairs(3);
      }
      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(2);
    }
  }

  @Test
  @DisplayName("a budget of somebody else over the same pods is named, and None leaves ours out")
  void rival(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    List<String> names = nodes.add(2);
    PairManifest manifest = PairManifest.named("shop").replicas(2).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    assertThat(budgets(client, namespace)).containsExactlyInAnyOrder("shop", "shop-cache");

    cluster.kubectl().runWithInput(RIVAL, "-n", namespace.name(), "apply", "-f-").orFail();
    settles(
        () ->
            assertThat(shop.condition("Stalled"))
                .hasValueSatisfying(
                    stalled -> {
                      assertThat(stalled.getReason()).isEqualTo("BudgetConflict");
                      assertThat(stalled.getMessage())
                          .contains("everything", "spec.disruptionBudget.mode to None");
                    }));
    assertThat(shop.is("Ready")).isEqualTo("True");
    CommandResult drain = drain(cluster, names.get(0), "5s");
    assertThat(drain.exit()).as("what the condition says is so").isNotZero();
    cluster.kubectl("uncordon", names.get(0)).orFail();

    manifest.with("/spec/disruptionBudget/mode", "None").apply(cluster, namespace.name());
    settles(() -> assertThat(shop.is("Stalled")).isEqualTo("absent"));
    settles(() -> assertThat(budgets(client, namespace)).containsExactly("everything"));
    drain(cluster, names.get(0), "90s").orFail();

    manifest.apply(cluster, namespace.name());
    settles(() -> assertThat(shop.is("Stalled")).isEqualTo("True"));
    cluster.kubectl("-n", namespace.name(), "delete", "pdb", "everything").orFail();
    settles(() -> assertThat(shop.is("Stalled")).isEqualTo("absent"));
    assertThat(budgets(client, namespace)).containsExactlyInAnyOrder("shop", "shop-cache");
  }

  private static List<String> budgets(KubernetesClient client, TestNamespace namespace) {
    return client
        .policy()
        .v1()
        .podDisruptionBudget()
        .inNamespace(namespace.name())
        .list()
        .getItems()
        .stream()
        .map(PodDisruptionBudget::getMetadata)
        .map(metadata -> metadata.getName())
        .toList();
  }

  private static CommandResult drain(Devcluster cluster, String node, String timeout) {
    return cluster.kubectl(
        "drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=" + timeout);
  }
}
