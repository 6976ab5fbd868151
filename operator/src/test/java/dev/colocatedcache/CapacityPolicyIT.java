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
import dev.colocatedcache.testing.ReplicaHistory;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** capacity.policy, with room for two pairs and five asked for. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@Order(6)
@DisplayName("Of five pairs, of which two fit,")
final class CapacityPolicyIT {
  private static final String BUFFERS = "src/test/resources/capacitybuffers.yaml";
  private static final Duration A_WHILE = Duration.ofSeconds(4);

  private Devcluster cluster;
  private TestNodes nodes;
  private TestNamespace namespace;
  private ObservedPairs shop;

  @BeforeEach
  void here(
      Devcluster cluster, RunningOperator operator, TestNamespace namespace, TestNodes nodes) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.namespace = namespace;
    nodes.add(2);
  }

  private static PairManifest five() {
    return PairManifest.named("shop").replicas(5);
  }

  private void apply(PairManifest manifest) {
    shop = manifest.on(nodes).apply(cluster, namespace.name());
  }

  private static PairManifest pending(int most) {
    return five().with("/spec/capacity", "{policy: AllowPending, maxPending: " + most + "}");
  }

  @Test
  @DisplayName("Cap leaves none Pending")
  void cap() {
    apply(five());
    shop.awaitPairs(2);
    holdsFor(A_WHILE, () -> assertThat(shop.pods()).hasSize(4));
  }

  @ParameterizedTest(name = "with pairing {0}")
  @ValueSource(strings = {"BestEffort", "Guaranteed"})
  @DisplayName("AllowPending leaves some Pending, both halves, and is Ready all the same,")
  void allowPending(String pairing) {
    PairManifest manifest = pending(2).with("/spec/placement/pairing", pairing);
    apply(manifest);
    awaitPending(2, 2);
    holdsFor(
        A_WHILE,
        () -> {
          assertThat(shop.is("Ready")).isEqualTo("True");
          assertThat(shop.is("Reconciling")).isEqualTo("absent");
          assertThat(shop.is("Stalled")).isEqualTo("absent");
          assertThat(shop.is("Colocated")).isEqualTo("True");
          assertThat(shop.condition("CapacityLimited").orElseThrow().getMessage())
              .endsWith("; 2 more pairs are Pending on purpose, for a node autoscaler to see");
        });
    // The scheduler has looked at them, as an autoscaler asks of a pod.
    assertThat(unplaced())
        .allSatisfy(
            pod ->
                assertThat(pod.getStatus().getConditions())
                    .anyMatch(condition -> "Unschedulable".equals(condition.getReason())));

    nodes.add(1);
    awaitPending(3, 2);

    // One pair moves out, whole, although pods that are not there count as disrupted.
    String first = nodes.names().get(0);
    cluster.drain(first).orFail();
    awaitPending(2, 2);
    assertThat(shop.nodes("service")).doesNotContain(first);
    cluster.uncordon(first);
    awaitPending(3, 2);

    // Nor do they hold a rollout up.
    apply(
        manifest
            .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
            .with("/spec/cache/template/spec/containers/0/image", "redis:8-alpine"));
    settles(
        () ->
            assertThat(shop.pods())
                .hasSize(10)
                .allSatisfy(
                    pod ->
                        assertThat(pod.getSpec().getContainers().get(0).getImage())
                            .containsAnyOf("nginx:1.28", "redis:8")));
    awaitPending(3, 2);

    nodes.add(2);
    shop.awaitPairs(5);

    cluster.kubectl("-n", namespace.name(), "scale", "ccache/shop", "--replicas=4").orFail();
    shop.awaitPairs(4);
  }

  @Test
  @DisplayName("AllowPending asks for no anchor that would go where its follower does not fit")
  void stranding() {
    nodes.add(NodeSpec.named("small").with("cpu", "500m"));
    apply(pending(1).with("/spec/service/template/spec/containers/0/resources/requests/cpu", "1"));
    noneIsStranded();
  }

  @Test
  @DisplayName("AllowPending takes an anchor back that went to such a node as soon as it came")
  void strandingNodeComes() {
    apply(pending(1).with("/spec/service/template/spec/containers/0/resources/requests/cpu", "1"));
    awaitPending(2, 1);
    nodes.add(NodeSpec.named("small").with("cpu", "500m"));
    noneIsStranded();
  }

  @Test
  @DisplayName(
      "AllowPending takes an anchor back that goes to such a node although others are free")
  void strandingNodePreferred() {
    nodes.add(NodeSpec.named("small").with("cpu", "500m").label("size", "small"));
    apply(
        pending(1)
            .with("/spec/service/template/spec/containers/0/resources/requests/cpu", "1")
            .with(
                "/spec/cache/template/spec/affinity",
                """
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - weight: 100
                      preference:
                        matchExpressions: [{key: size, operator: In, values: [small]}]
                """));
    noneIsStranded();
  }

  private void noneIsStranded() {
    shop.awaitPairs(2);
    holdsFor(
        A_WHILE,
        () -> {
          assertThat(shop.pods()).hasSize(4);
          assertThat(shop.condition("CapacityLimited").orElseThrow().getMessage())
              .contains(
                  "none is Pending on purpose, for a pod of the cache would go to "
                      + nodes.names().get(2)
                      + " without the service");
        });
  }

  @Test
  @DisplayName(
      "RequestNodes asks for room by a buffer, as soon as there are buffers, and no longer")
  void requestNodes() {
    PairManifest manifest = five().with("/spec/capacity/policy", "RequestNodes");
    cluster.kubectl("delete", "--ignore-not-found", "-f", BUFFERS).orFail();
    apply(manifest);
    settles(
        () -> {
          assertThat(shop.condition("Stalled").orElseThrow().getReason())
              .isEqualTo("CapacityBufferMissing");
          assertThat(shop.condition("Stalled").orElseThrow().getMessage())
              .startsWith("no node autoscaler can be asked for room for 3 more pair(s)")
              .contains("capacitybuffers.autoscaling.x-k8s.io");
          assertThat(shop.is("Ready")).isEqualTo("True");
          assertThat(shop.status().readyReplicas()).isEqualTo(2);
        });
    try {
      cluster.kubectl("apply", "-f", BUFFERS).orFail();
      settles(
          () -> {
            assertThat(buffer("replicas")).isEqualTo("3");
            assertThat(buffer("podTemplateRef.name")).isEqualTo("shop-pair");
            assertThat(shop.is("Stalled")).isEqualTo("absent");
          });
      shop.awaitPairs(2);
      assertThat(shop.condition("CapacityLimited").orElseThrow().getMessage())
          .endsWith("; room for 3 more pairs is asked of a node autoscaler");
      PodTemplate template =
          cluster
              .client()
              .resources(PodTemplate.class)
              .inNamespace(namespace.name())
              .withName("shop-pair")
              .get();
      assertThat(template.getTemplate().getSpec().getNodeSelector())
          .isEqualTo(nodes.nodeSelector());

      cluster
          .kubectl(
              "-n",
              namespace.name(),
              "patch",
              "capacitybuffer/shop-pair",
              "--type=merge",
              "-p",
              "{\"spec\": {\"replicas\": 9}}")
          .orFail();
      settles(() -> assertThat(buffer("replicas")).as("put back").isEqualTo("3"));

      try (ReplicaHistory deployments = new ReplicaHistory(cluster.client(), namespace.name())) {
        nodes.add(1);
        shop.awaitPairs(3);
        assertThat(buffer("replicas")).isEqualTo("2");
        // One clock orders all writes of a cluster: the revision.
        assertThat(
                Long.parseLong(
                    kubectl(
                        "get",
                        "capacitybuffer/shop-pair",
                        "-o",
                        "jsonpath={.metadata.resourceVersion}")))
            .as("the buffer is lowered before the grant rises")
            .isLessThan(deployments.firstRevisionWith(3));
      }

      apply(five().with("/spec/capacity/policy", "Cap"));
      settles(
          () -> assertThat(kubectl("get", "capacitybuffers,podtemplates", "-o", "name")).isEmpty());

      apply(manifest);
      settles(() -> assertThat(buffer("replicas")).isEqualTo("2"));
      kubectl("delete", "ccache/shop");
      settles(
          () -> assertThat(kubectl("get", "capacitybuffers,podtemplates", "-o", "name")).isEmpty());
    } finally {
      cluster.kubectl("delete", "--ignore-not-found", "-f", BUFFERS).orFail();
    }
  }

  private String buffer(String field) {
    return kubectl("get", "capacitybuffer/shop-pair", "-o", "jsonpath={.spec." + field + "}");
  }

  private String kubectl(String... arguments) {
    return cluster
        .kubectl(
            Stream.concat(Stream.of("-n", namespace.name()), Stream.of(arguments))
                .toArray(String[]::new))
        .orFail()
        .trim();
  }

  private void awaitPending(int placed, int pending) {
    settles(
        () -> {
          assertThat(shop.status().replicas()).as("granted").isEqualTo(placed);
          assertThat(shop.status().readyReplicas()).as("ready pairs").isEqualTo(placed);
          assertThat(shop.is("Ready")).isEqualTo("True");
          assertThat(shop.nodes("service")).hasSize(placed).isEqualTo(shop.nodes("cache"));
          assertThat(unplaced()).as("Pending pods").hasSize(2 * pending);
          assertThat(shop.pods()).hasSize(2 * (placed + pending));
        });
  }

  private List<Pod> unplaced() {
    return shop.pods().stream().filter(pod -> pod.getSpec().getNodeName() == null).toList();
  }
}
