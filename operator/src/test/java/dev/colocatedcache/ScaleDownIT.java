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
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("Asked for fewer pairs,")
final class ScaleDownIT {
  private static final String COST = "controller.kubernetes.io/pod-deletion-cost";
  private static final String COMPONENT = "app.kubernetes.io/component";
  private static final int ROUNDS = 6;

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
  @DisplayName(
      "by hand each Deployment picks a pod of its own, and sooner or later pairs are broken")
  void byHand(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(3);
    String sample =
        Yaml.file("samples/checkout-service-follows-cache-by-hand.yaml")
            .replace("namespace: checkout", "namespace: " + namespace.name());
    cluster.kubectl().runWithInput(nodes.pin(sample), "apply", "-f-").orFail();
    ObservedPairs checkout = new ObservedPairs(client, namespace.name(), "checkout");

    // Of pods that are about as old a ReplicaSet picks at random, and both may pick alike.
    boolean broken = false;
    for (int round = 0; round < ROUNDS && !broken; round++) {
      scaleByHand(cluster, namespace, 3);
      settles(
          () -> {
            assertThat(nodes(checkout, "service")).hasSize(3);
            assertThat(nodes(checkout, "redis")).hasSize(3);
          });
      replaceOneOfEach(cluster, checkout);
      scaleByHand(cluster, namespace, 2);
      settles(() -> assertThat(checkout.pods()).hasSize(4));
      broken = !nodes(checkout, "service").equals(nodes(checkout, "redis"));
    }

    assertThat(broken).isTrue();
  }

  @Test
  @DisplayName("those go first whose loss does least harm, and all that go were marked before")
  void leastHarm(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    List<String> zoneA = nodes.add(2, NodeSpec.named("any").inZone("a"));
    String zoneB = nodes.add(NodeSpec.named("any").inZone("b"));
    String cordoned = nodes.add(NodeSpec.named("any").inZone("c"));
    String notReady = nodes.add(NodeSpec.named("any").inZone("d"));
    ObservedPairs checkout = apply(cluster, namespace, nodes, client);
    scale(cluster, namespace, 5);
    checkout.awaitPairs(5);
    // Left to themselves the two Deployments would give up their youngest, each on another node.
    replaceOneOfEach(cluster, checkout);
    checkout.awaitPairs(5);
    cluster
        .kubectl(
            "-n",
            namespace.name(),
            "annotate",
            "pod",
            pod(checkout, "service", notReady),
            "devcluster.colocatedcache.dev/never-ready=true")
        .orFail();
    settles(() -> assertThat(checkout.status().readyReplicas()).isEqualTo(4));
    cluster.kubectl("cordon", cordoned).orFail();

    try (PodHistory history = PodHistory.of(client, namespace.name())) {
      scale(cluster, namespace, 4);
      checkout.awaitPairs(4);
      assertThat(checkout.nodes("cache")).doesNotContain(notReady);
      scale(cluster, namespace, 3);
      checkout.awaitPairs(3);
      assertThat(checkout.nodes("cache")).doesNotContain(cordoned);
      scale(cluster, namespace, 2);
      checkout.awaitPairs(2);
      assertThat(checkout.nodes("cache")).contains(zoneB).containsAnyElementsOf(zoneA);

      assertThat(history.killed()).hasSize(6);
      assertThat(history.killedWith(COST)).as("marked before").isEqualTo(history.killed());
      assertThat(checkout.events("PairBroken")).isEmpty();
    }
  }

  @ParameterizedTest(name = "the {0} rolls")
  @CsvSource({"cache", "service"})
  @DisplayName("pairs stay whole in the midst of a rollout, too")
  void midRollout(
      String rolls,
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(6);
    PairManifest manifest = PairManifest.named("shop").replicas(6).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(6);
    PairManifest rolled =
        manifest.with("/spec/" + rolls + "/template/spec/containers/0/image", "other:1");

    rolled.apply(cluster, namespace.name());
    settles(() -> assertThat(ofImage(shop, "other:1")).hasSizeGreaterThanOrEqualTo(3));
    rolled.replicas(3).apply(cluster, namespace.name());

    shop.awaitPairs(3);
    settles(() -> assertThat(ofImage(shop, "other:1")).hasSize(3));
    assertThat(shop.events("FollowerMoved")).as("nothing had to be healed").isEmpty();
    assertThat(shop.events("PairBroken")).isEmpty();
    settles(() -> assertThat(shop.pods()).noneMatch(ScaleDownIT::isMarked));
  }

  private static boolean isMarked(Pod pod) {
    return pod.getMetadata().getAnnotations() != null
        && pod.getMetadata().getAnnotations().containsKey(COST);
  }

  private static List<Pod> ofImage(ObservedPairs shop, String image) {
    return shop.pods().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> image.equals(pod.getSpec().getContainers().get(0).getImage()))
        .toList();
  }

  /** The nodes of the pods of that component, whoever has made them. */
  private static List<String> nodes(ObservedPairs pairs, String component) {
    return pairs.pods().stream()
        .filter(pod -> component.equals(pod.getMetadata().getLabels().get(COMPONENT)))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(Readiness::isPodReady)
        .map(pod -> pod.getSpec().getNodeName())
        .sorted()
        .toList();
  }

  private static String pod(ObservedPairs pairs, String component, String node) {
    return pairs.pods().stream()
        .filter(pod -> component.equals(pod.getMetadata().getLabels().get(COMPONENT)))
        .filter(pod -> node.equals(pod.getSpec().getNodeName()))
        .map(pod -> pod.getMetadata().getName())
        .findFirst()
        .orElseThrow();
  }

  /** Has each Deployment make a pod anew, on two nodes; there is no other node to go to. */
  private static void replaceOneOfEach(Devcluster cluster, ObservedPairs pairs) {
    List<String> nodes = nodes(pairs, "service");
    replace(cluster, pairs, "redis", nodes.get(0), nodes.size());
    replace(cluster, pairs, "service", nodes.get(1), nodes.size());
  }

  private static void replace(
      Devcluster cluster, ObservedPairs pairs, String component, String node, int count) {
    String old = pod(pairs, component, node);
    cluster.kubectl("-n", pairs.namespace(), "delete", "pod", old).orFail();
    settles(() -> assertThat(nodes(pairs, component)).hasSize(count));
  }

  private static void scaleByHand(Devcluster cluster, TestNamespace namespace, int pairs) {
    cluster
        .kubectl(
            "-n",
            namespace.name(),
            "scale",
            "deployment/checkout",
            "deployment/checkout-redis",
            "--replicas=" + pairs)
        .orFail();
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
