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
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Affinity is ignored during execution, so pairs come apart; there is a node to spare. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("An anchor is deleted and its replacement goes to a spare node;")
final class HealingIT {
  private static final Duration AT_REST = Duration.ofSeconds(8);

  @Test
  @DisplayName("by hand its follower is left behind for ever")
  void byHand(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(3);
    String sample =
        Yaml.file("samples/checkout-service-follows-cache-by-hand.yaml")
            .replace("namespace: checkout", "namespace: " + namespace.name());
    cluster.kubectl().runWithInput(nodes.pin(sample), "apply", "-f-").orFail();
    kubectl(cluster, namespace, "scale", "deployment/checkout", "--replicas=2");
    kubectl(cluster, namespace, "scale", "deployment/checkout-redis", "--replicas=2");
    kubectl(cluster, namespace, "rollout", "status", "deployment/checkout", "--timeout=90s");
    ObservedByHand pods = new ObservedByHand(client, namespace.name());
    String left = pods.nodes("redis").get(0);

    kubectl(cluster, namespace, "delete", "pod", "--wait=false", pods.on(left, "redis"));

    settles(() -> assertThat(pods.nodes("redis")).hasSize(2).doesNotContain(left));
    holdsFor(AT_REST, () -> assertThat(pods.nodes("service")).contains(left));
  }

  @Test
  @DisplayName("with the operator its follower comes after it, and an Event tells of it")
  void evicted(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3);
    ObservedPairs shop =
        PairManifest.named("shop").replicas(2).on(nodes).apply(cluster, namespace.name());
    shop.awaitPairs(2);
    String left = shop.nodes("cache").get(0);

    deleteAnchor(cluster, namespace, client, left);

    settles(() -> assertThat(shop.nodes("cache")).hasSize(2).doesNotContain(left));
    shop.awaitPairs(2);
    settles(() -> assertThat(shop.is("Colocated")).isEqualTo("True"));
    settles(
        () -> {
          assertThat(shop.events("PairBroken")).singleElement().asString().contains(left);
          assertThat(shop.events("FollowerMoved")).singleElement().asString().contains(left);
        });
  }

  @Test
  @DisplayName("with healing None its follower stays and is named, until it may move after all")
  void left(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3);
    PairManifest manifest =
        PairManifest.named("shop").replicas(2).with("/spec/placement/healing", "None").on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    String left = shop.nodes("cache").get(0);

    deleteAnchor(cluster, namespace, client, left);

    settles(() -> assertThat(shop.nodes("cache")).hasSize(2).doesNotContain(left));
    holdsFor(
        AT_REST,
        () -> {
          assertThat(shop.nodes("service")).contains(left);
          assertThat(shop.condition("Colocated"))
              .hasValueSatisfying(
                  colocated -> {
                    assertThat(colocated.getReason()).isEqualTo("FollowerStranded");
                    assertThat(colocated.getMessage()).contains(left, "healing to Evict");
                  });
        });

    manifest.with("/spec/placement/healing", "Evict").apply(cluster, namespace.name());
    shop.awaitPairs(2);
  }

  @Test
  @DisplayName("and where its follower does not fit there, that one goes and none of a whole pair")
  void withoutRoomThere(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(5);
    String narrow =
        nodes.add(NodeSpec.named("narrow").with("cpu", "1500m").label("shop/preferred", "true"));
    cluster.cordon(narrow);
    ObservedPairs shop =
        PairManifest.named("shop")
            .replicas(5)
            .withInBoth("/containers/0/resources", "{requests: {cpu: 1}}")
            .with(
                "/spec/cache/template/spec/affinity",
                """
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - weight: 100
                      preference:
                        matchExpressions: [{key: shop/preferred, operator: Exists}]
                """)
            .on(nodes)
            .apply(cluster, namespace.name());
    shop.awaitPairs(5);
    String left = shop.nodes("cache").get(0);
    try (PodHistory history = PodHistory.of(client, namespace.name())) {
      cluster.uncordon(narrow);
      deleteAnchor(cluster, namespace, client, left);

      settles(
          () -> {
            assertThat(shop.nodes("cache")).hasSize(5).contains(narrow);
            assertThat(shop.nodes("service")).hasSize(4).doesNotContain(left);
            assertThat(shop.is("Colocated")).isEqualTo("False");
          });
      assertThat(history.deaths()).extracting(PodHistory.Death::node).containsExactly(left, left);
    }
  }

  @Test
  @DisplayName("and so it is in a rollout: whole pairs come out of it, wherever anchors have gone")
  void rollout(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(4);
    PairManifest manifest = PairManifest.named("shop").replicas(3).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);

    manifest
        .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
        .with("/spec/cache/template/spec/containers/0/image", "redis:8-alpine")
        .apply(cluster, namespace.name());

    settles(
        () ->
            assertThat(shop.pods())
                .hasSize(6)
                .allSatisfy(
                    pod ->
                        assertThat(pod.getSpec().getContainers().get(0).getImage())
                            .containsAnyOf("nginx:1.28", "redis:8")));
    shop.awaitPairs(3);
  }

  private static void deleteAnchor(
      Devcluster cluster, TestNamespace namespace, KubernetesClient client, String node) {
    String anchor =
        client.pods().inNamespace(namespace.name()).list().getItems().stream()
            .filter(pod -> node.equals(pod.getSpec().getNodeName()))
            .filter(
                pod -> "cache".equals(pod.getMetadata().getLabels().get("colocatedcache.dev/role")))
            .map(pod -> pod.getMetadata().getName())
            .findFirst()
            .orElseThrow();
    kubectl(cluster, namespace, "delete", "pod", "--wait=false", anchor);
  }

  /** Pods of the by-hand story, by their component. */
  private record ObservedByHand(KubernetesClient client, String namespace) {
    List<String> nodes(String component) {
      return client
          .pods()
          .inNamespace(namespace)
          .withLabel("app.kubernetes.io/component", component)
          .list()
          .getItems()
          .stream()
          .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
          .filter(pod -> pod.getSpec().getNodeName() != null)
          .map(pod -> pod.getSpec().getNodeName())
          .sorted()
          .toList();
    }

    String on(String node, String component) {
      return client
          .pods()
          .inNamespace(namespace)
          .withLabel("app.kubernetes.io/component", component)
          .list()
          .getItems()
          .stream()
          .filter(pod -> node.equals(pod.getSpec().getNodeName()))
          .map(pod -> pod.getMetadata().getName())
          .findFirst()
          .orElseThrow();
    }
  }

  private static void kubectl(Devcluster cluster, TestNamespace namespace, String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = namespace.name();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    cluster.kubectl(all).orFail();
  }
}
