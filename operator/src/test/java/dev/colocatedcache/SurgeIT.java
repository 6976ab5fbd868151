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
import dev.colocatedcache.testing.PairRecorder;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** updateStrategy.type: Surge. What a rollout does by hand is in {@link RolloutIT}. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@Order(7)
@DisplayName("Asked to surge,")
final class SurgeIT {
  private static final String TYPE = "/spec/updateStrategy/type";
  private static final String CPU = "/containers/0/resources/requests/cpu";

  private static PairManifest surging() {
    return PairManifest.named("shop").with(TYPE, "Surge");
  }

  /** The same with other images in both roles: nothing that a node looks at. */
  private static PairManifest rolled(PairManifest manifest) {
    return manifest
        .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
        .with("/spec/cache/template/spec/containers/0/image", "redis:8-alpine");
  }

  @ParameterizedTest(name = "anchor {0}, {1}, {2} node(s) to spare")
  @CsvSource({
    "Cache, BestEffort, 0",
    "Service, BestEffort, 0",
    "Cache, Guaranteed, 2",
    "Cache, BestEffort, 2"
  })
  @DisplayName("a rollout takes no pair away for a moment, and each pair keeps its node")
  void surges(
      String anchor,
      String pairing,
      int spare,
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3 + spare);
    PairManifest manifest =
        surging()
            .replicas(3)
            .with("/spec/placement/anchor", anchor)
            .with("/spec/placement/pairing", pairing)
            .on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);
    Map<String, String> before = nodesByUid(shop);
    settles(() -> assertThat(shop.is("SurgeLimited")).isEqualTo("False"));

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      rolled(manifest).apply(cluster, namespace.name());
      settles(
          () -> assertThat(nodesByUid(shop).keySet()).doesNotContainAnyElementsOf(before.keySet()));
      shop.awaitPairs(3);

      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(3);
      assertThat(Set.copyOf(nodesByUid(shop).values())).isEqualTo(Set.copyOf(before.values()));
      assertThat(shop.is("SurgeLimited")).isEqualTo("False");
    }
  }

  @Test
  @DisplayName("pods that were made to be replaced are replaced once more, and said to be")
  void fromReplace(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    PairManifest manifest = PairManifest.named("shop").replicas(2).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    assertThat(shop.is("SurgeLimited")).isEqualTo("absent");
    Set<String> before = nodesByUid(shop).keySet();

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      manifest.with(TYPE, "Surge").apply(cluster, namespace.name());
      settles(
          () ->
              assertThat(shop.condition("SurgeLimited"))
                  .hasValueSatisfying(
                      limited -> {
                        assertThat(limited.getStatus()).isEqualTo("True");
                        assertThat(limited.getReason()).isEqualTo("OldPodsRepel");
                        assertThat(limited.getMessage()).contains("this once");
                      }));
      settles(() -> assertThat(nodesByUid(shop).keySet()).doesNotContainAnyElementsOf(before));
      shop.awaitPairs(2);
      assertThat(recorder.least()).as("replaced, one at a time").isEqualTo(1);
      settles(() -> assertThat(shop.is("SurgeLimited")).isEqualTo("False"));

      recorder.startOver();
      Set<String> replaced = nodesByUid(shop).keySet();
      cluster
          .kubectl("-n", namespace.name(), "rollout", "restart", "deployment/shop-cache")
          .orFail();
      settles(() -> assertThat(uids(shop, "cache")).doesNotContainAnyElementsOf(replaced));
      shop.awaitPairs(2);
      assertThat(recorder.least()).as("by now they surge, restarts too").isEqualTo(2);
    }
  }

  @Test
  @DisplayName("a rollout replaces pods where one node holds no two copies, and names it")
  void mixed(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2, NodeSpec.named("any").with("cpu", "4"));
    String small = nodes.add(NodeSpec.named("any").with("cpu", "2"));
    PairManifest manifest =
        surging()
            .replicas(3)
            .with("/spec/cache/template/spec" + CPU, "'1'")
            .with("/spec/service/template/spec" + CPU, "500m")
            .on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);
    Set<String> before = nodesByUid(shop).keySet();

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      rolled(manifest).apply(cluster, namespace.name());
      settles(() -> assertThat(nodesByUid(shop).keySet()).doesNotContainAnyElementsOf(before));
      shop.awaitPairs(3);

      assertThat(recorder.least()).isEqualTo(2);
      assertThat(shop.condition("SurgeLimited"))
          .hasValueSatisfying(
              limited -> {
                assertThat(limited.getStatus()).isEqualTo("True");
                assertThat(limited.getReason()).isEqualTo("NoRoomForBoth");
                assertThat(limited.getMessage())
                    .contains("cache replaces pods", small + " (Insufficient cpu)")
                    .as("the service is small enough to surge")
                    .doesNotContain("service");
              });
    }
  }

  @Test
  @DisplayName("a rollout whose room is taken in its midst goes on by replacing")
  void roomIsTaken(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    String free = nodes.add(NodeSpec.named("any").with("cpu", "4"));
    String taken = nodes.add(NodeSpec.named("any").with("cpu", "4"));
    PairManifest manifest =
        surging().replicas(2).with("/spec/cache/template/spec" + CPU, "1500m").on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    Set<String> before = uids(shop, "cache");
    // The first new cache is never Ready until its mark is gone, so the rollout stands in its
    // midst.
    PairManifest slow =
        manifest.with(
            "/spec/cache/template/metadata/annotations/devcluster.colocatedcache.dev~1never-ready",
            "'true'");

    slow.apply(cluster, namespace.name());
    settles(() -> assertThat(shop.pods()).hasSize(5));
    String first = newPod(shop, before).getSpec().getNodeName();
    String other = first.equals(free) ? taken : free;
    cluster
        .kubectl()
        .runWithInput(
            nodes.pin(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: neighbour}
                spec:
                  nodeName: %s
                  containers:
                    - {name: c, image: nginx, resources: {requests: {cpu: '2'}}}
                """
                    .formatted(other)),
            "-n",
            namespace.name(),
            "apply",
            "-f-")
        .orFail();
    cluster
        .kubectl(
            "-n",
            namespace.name(),
            "annotate",
            "pod",
            newPod(shop, before).getMetadata().getName(),
            "devcluster.colocatedcache.dev/never-ready-")
        .orFail();

    settles(
        () ->
            assertThat(shop.condition("SurgeLimited"))
                .hasValueSatisfying(limited -> assertThat(limited.getMessage()).contains(other)));
    settles(() -> assertThat(uids(shop, "cache")).doesNotContainAnyElementsOf(before));
    manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
  }

  @Test
  @DisplayName(
      "a rollout that fails takes nothing away, is Stalled, and the next good spec mends it")
  void failing(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    PairManifest good = surging().replicas(2).on(nodes);
    ObservedPairs shop = good.apply(cluster, namespace.name());
    shop.awaitPairs(2);

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      good.with(
              "/spec/cache/template/metadata/annotations/devcluster.colocatedcache.dev~1never-ready",
              "ImagePullBackOff")
          .apply(cluster, namespace.name());
      settles(
          () ->
              assertThat(shop.condition("Stalled"))
                  .hasValueSatisfying(
                      stalled -> assertThat(stalled.getReason()).isEqualTo("PodsFailing")));
      holdsFor(
          java.time.Duration.ofSeconds(2),
          () -> assertThat(shop.nodes("cache")).isEqualTo(shop.nodes("service")).hasSize(2));

      rolled(good).apply(cluster, namespace.name());
      shop.awaitPairs(2);
      settles(() -> assertThat(shop.is("Stalled")).isEqualTo("absent"));
      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(2);
      assertThat(recorder.unschedulable()).isEmpty();
    }
  }

  private static Pod newPod(ObservedPairs shop, Set<String> before) {
    return shop.pods().stream()
        .filter(pod -> "cache".equals(pod.getMetadata().getLabels().get("colocatedcache.dev/role")))
        .filter(pod -> !before.contains(pod.getMetadata().getUid()))
        .filter(pod -> pod.getSpec().getNodeName() != null)
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> uids(ObservedPairs shop, String role) {
    return shop.pods().stream()
        .filter(
            pod ->
                List.of(role)
                    .contains(pod.getMetadata().getLabels().get("colocatedcache.dev/role")))
        .map(pod -> pod.getMetadata().getUid())
        .collect(Collectors.toSet());
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
