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
import dev.colocatedcache.testing.PairRecorder;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens seldom in the life of a pair. Deletion, by all its ways, is in {@link HabitsIT}. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@Order(8)
@DisplayName("Seldom, and whole all the same:")
final class EdgesIT {
  private static final Duration A_WHILE = Duration.ofSeconds(5);
  private static final String RESTARTED_AT = "colocatedcache.dev/restartedAt";

  private static final String AUTOSCALER =
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: %s}
      spec:
        scaleTargetRef: {apiVersion: %s, kind: %s, name: %s}
        minReplicas: 3
        maxReplicas: 5
        metrics:
          - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
      """;

  private Devcluster cluster;
  private KubernetesClient client;
  private TestNodes nodes;
  private String namespace;

  @BeforeEach
  void here(Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    this.cluster = cluster;
    this.client = client;
    this.nodes = nodes;
    this.namespace = namespace.name();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"checkout-cache-follows-service", "checkout-service-follows-cache"})
  @DisplayName("the Deployments of a story are taken over by one rollout that keeps them serving")
  void adopted(String story, RunningOperator operator) {
    nodes.add(3);
    byHand(story, 3);
    try (PairRecorder recorder = new PairRecorder(client, namespace, "checkout")) {
      recorder.startOver();
      ObservedPairs checkout =
          new PairManifest("checkout", here(story))
              .with("/metadata/annotations", "{colocatedcache.dev/adopt: 'true'}")
              .replicas(3)
              .apply(cluster, namespace);

      settles(
          () ->
              assertThat(checkout.pods())
                  .allSatisfy(
                      pod ->
                          assertThat(pod.getMetadata().getLabels())
                              .containsKey("colocatedcache.dev/role")));
      checkout.awaitPairs(3);

      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(2);
      assertThat(checkout.events("Adopted")).hasSize(4);
      assertThat(client.apps().replicaSets().inNamespace(namespace).list().getItems())
          .as("one rollout of each")
          .hasSize(4);
    }
  }

  @Test
  @DisplayName("by hand, a story turned into the other one hangs")
  void changedAnchorByHand() {
    nodes.add(2);
    byHand("checkout-cache-follows-service", 2);

    apply(here("checkout-service-follows-cache-by-hand").replace("replicas: 1", "replicas: 2"));

    holdsFor(
        A_WHILE,
        () ->
            assertThat(deployments())
                .allSatisfy(
                    deployment ->
                        assertThat(deployment.getStatus().getUpdatedReplicas()).isLessThan(2)));
  }

  @ParameterizedTest(name = "from {0} to {1}, {2} pairs on {3} nodes")
  @CsvSource({"Cache, Service, 3, 3", "Service, Cache, 3, 3", "Cache, Service, 2, 3"})
  @DisplayName("another anchor: each half is replaced once, and pairs come out whole")
  void changedAnchor(String from, String to, int pairs, int on, RunningOperator operator) {
    nodes.add(on);
    PairManifest manifest = PairManifest.named("shop").replicas(pairs).on(nodes);
    ObservedPairs shop = anchored(manifest, from).apply(cluster, namespace);
    shop.awaitPairs(pairs);
    Set<String> before = uids(shop);

    try (PairRecorder recorder = new PairRecorder(client, namespace, "shop")) {
      anchored(manifest, to).apply(cluster, namespace);
      settles(() -> assertThat(uids(shop)).doesNotContainAnyElementsOf(before));
      shop.awaitPairs(pairs);
      settles(() -> assertThat(shop.is("Colocated")).isEqualTo("True"));

      if (pairs == on) {
        assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(pairs - 1);
        assertThat(recorder.story().stream().filter(told -> told.startsWith("made")))
            .as("each of them once")
            .hasSize(4 * pairs);
      }
    }
  }

  @Test
  @DisplayName("the annotation restartedAt restarts both halves, the anchor first, and once")
  void restarted(RunningOperator operator) {
    nodes.add(2);
    ObservedPairs shop = PairManifest.named("shop").on(nodes).apply(cluster, namespace);
    shop.awaitPairs(2);
    Set<String> before = uids(shop);

    try (PairRecorder recorder = new PairRecorder(client, namespace, "shop")) {
      recorder.startOver();
      kubectl("annotate", "ccache/shop", RESTARTED_AT + "=2026-01-01T00:00:00Z");
      settles(() -> assertThat(uids(shop)).doesNotContainAnyElementsOf(before));
      shop.awaitPairs(2);

      List<String> story = recorder.story();
      assertThat(recorder.least()).isEqualTo(1);
      assertThat(story.lastIndexOf("ready cache")).isLessThan(story.indexOf("made service"));
    }
    Set<String> after = uids(shop);
    kubectl("annotate", "ccache/shop", RESTARTED_AT + "-");
    holdsFor(A_WHILE, () -> assertThat(uids(shop)).isEqualTo(after));
  }

  @Test
  @DisplayName("no pair at all, and back")
  void none(RunningOperator operator) {
    nodes.add(2);
    ObservedPairs shop = PairManifest.named("shop").on(nodes).apply(cluster, namespace);
    shop.awaitPairs(2);

    kubectl("scale", "ccache/shop", "--replicas=0");
    settles(
        () -> {
          assertThat(shop.pods()).isEmpty();
          assertThat(shop.is("Ready")).isEqualTo("True");
          assertThat(shop.is("Reconciling")).isEqualTo("absent");
          assertThat(shop.status().replicas()).isZero();
        });
    kubectl("scale", "ccache/shop", "--replicas=2");
    shop.awaitPairs(2);
  }

  @Test
  @DisplayName("an autoscaler asks for more than fits: by hand pods are Pending, here none is")
  void autoscaler(RunningOperator operator) {
    nodes.add(2);
    byHand("checkout-service-follows-cache", 2);
    ObservedPairs shop = PairManifest.named("shop").on(nodes).apply(cluster, namespace);
    shop.awaitPairs(2);
    apply(AUTOSCALER.formatted("checkout", "apps/v1", "Deployment", "checkout"));
    apply(AUTOSCALER.formatted("shop", "colocatedcache.dev/v1alpha1", "ColocatedCache", "shop"));

    settles(
        () -> {
          assertThat(shop.resource().getSpec().replicas()).isEqualTo(3);
          assertThat(shop.condition("Ready"))
              .hasValueSatisfying(ready -> assertThat(ready.getReason()).isEqualTo("Capped"));
          assertThat(pods("checkout")).filteredOn(pod -> !Readiness.isPodReady(pod)).hasSize(1);
        });
    holdsFor(
        A_WHILE,
        () -> {
          assertThat(shop.resource().getSpec().replicas()).as("nobody takes it back").isEqualTo(3);
          assertThat(shop.pods()).hasSize(4).allMatch(Readiness::isPodReady);
        });
    nodes.add(1);
    shop.awaitPairs(3);
  }

  private static PairManifest anchored(PairManifest manifest, String anchor) {
    return manifest.with("/spec/placement/anchor", anchor);
  }

  /** A sample on this test's nodes and in its namespace. */
  private String here(String sample) {
    return nodes.pin(
        Yaml.file("samples/" + sample + ".yaml")
            .replace("namespace: checkout", "namespace: " + namespace));
  }

  /** The story by hand, with that many pairs. */
  private void byHand(String story, int pairs) {
    apply(here(story + "-by-hand"));
    kubectl("scale", "deployment/checkout-redis", "--replicas=" + pairs);
    kubectl("scale", "deployment/checkout", "--replicas=" + pairs);
    settles(() -> assertThat(pods("checkout")).hasSize(2 * pairs).allMatch(Readiness::isPodReady));
  }

  private List<Pod> pods(String instance) {
    return new ObservedPairs(client, namespace, instance).pods();
  }

  private List<Deployment> deployments() {
    return client.apps().deployments().inNamespace(namespace).list().getItems();
  }

  private static Set<String> uids(ObservedPairs pairs) {
    return pairs.pods().stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
  }

  private void apply(String manifests) {
    cluster.kubectl().runWithInput(manifests, "-n", namespace, "apply", "-f-").orFail();
  }

  private void kubectl(String... arguments) {
    cluster
        .kubectl(
            Stream.concat(Stream.of("-n", namespace), Stream.of(arguments)).toArray(String[]::new))
        .orFail();
  }
}
