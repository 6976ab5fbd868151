package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.api.v1alpha1.Traffic.Policy;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.PairRecorder;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where the cache's Service sends traffic. Nobody answers on the devcluster; what kube-proxy goes
 * by are the Service's {@code internalTrafficPolicy} and the hints of its endpoints, which the real
 * controller writes.
 */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("What a service asks of its cache")
final class TrafficIT {
  private static final Duration AT_REST = Duration.ofSeconds(3);
  private static final String NEVER_READY = "devcluster.colocatedcache.dev/never-ready";
  private static final String LOCAL_CACHE = "colocatedcache.dev/local-cache";
  private static final String ROLE = "colocatedcache.dev/role";

  private static final String PREFERRING =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {ports: [{port: 80}], trafficDistribution: PreferSameNode}
      """;

  /** Does what a server does on which the field's feature gate is off. */
  private static final String DROPPING =
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingAdmissionPolicy
      metadata: {name: drops-in-NAMESPACE}
      spec:
        reinvocationPolicy: Never
        matchConstraints:
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NAMESPACE}}
          resourceRules:
            - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services]}
        matchConditions:
          - {name: has-it, expression: has(object.spec.trafficDistribution)}
        mutations:
          - patchType: JSONPatch
            jsonPatch:
              expression: '[JSONPatch{op: "remove", path: "/spec/trafficDistribution"}]'
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingAdmissionPolicyBinding
      metadata: {name: drops-in-NAMESPACE}
      spec: {policyName: drops-in-NAMESPACE}
      """;

  @Test
  @DisplayName("goes to any node by hand, as likely as not to another")
  void byHand(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(2);
    String sample =
        Yaml.file("samples/checkout-service-follows-cache-by-hand.yaml")
            .replace("namespace: checkout", "namespace: " + namespace.name());
    cluster.kubectl().runWithInput(nodes.pin(sample), "apply", "-f-").orFail();
    kubectl(cluster, namespace, "scale", "deployment/checkout-redis", "--replicas=2");

    settles(
        () ->
            assertThat(endpoints(client, namespace, "checkout-redis"))
                .hasSize(2)
                .allSatisfy(
                    endpoint -> {
                      assertThat(endpoint.getConditions().getReady()).isTrue();
                      assertThat(endpoint.getHints()).isNull();
                    }));
    ServiceSpec service = service(client, namespace, "checkout-redis");
    assertThat(service.getInternalTrafficPolicy()).isEqualTo("Cluster");
    assertThat(service.getTrafficDistribution()).isNull();
  }

  @Test
  @DisplayName("stays on its node as spec.traffic.policy says, and no pod is touched for a change")
  void policies(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    PairManifest manifest = PairManifest.named("shop").on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    Set<String> pods = uids(shop);
    settles(
        () ->
            assertThat(endpoints(client, namespace, "shop-cache"))
                .hasSize(2)
                .allSatisfy(
                    endpoint ->
                        assertThat(endpoint.getHints().getForNodes())
                            .extracting(ForNode::getName)
                            .containsExactly(endpoint.getNodeName())));
    assertThat(shop.status().traffic().policy()).isEqualTo(Policy.PREFER_SAME_NODE);
    assertThat(service(client, namespace, "shop").getTrafficDistribution())
        .as("whoever calls the service is anywhere")
        .isNull();
    assertThat(shop.pods())
        .filteredOn(pod -> pod.getMetadata().getLabels().get(ROLE).equals("service"))
        .hasSize(2)
        .allSatisfy(
            pod ->
                assertThat(pod.getSpec().getContainers().get(0).getEnv())
                    .extracting(variable -> variable.getName() + "=" + variable.getValue())
                    .containsExactly("CACHE_HOST=shop-cache", "CACHE_PORT=6379"));

    manifest.with("/spec/traffic/policy", "SameNode").apply(cluster, namespace.name());
    settles(
        () -> {
          assertThat(shop.status().traffic().policy()).isEqualTo(Policy.SAME_NODE);
          ServiceSpec spec = service(client, namespace, "shop-cache");
          assertThat(spec.getInternalTrafficPolicy()).isEqualTo("Local");
          assertThat(spec.getTrafficDistribution()).isNull();
        });

    PairManifest anywhere = manifest.with("/spec/traffic/policy", "Cluster");
    anywhere.apply(cluster, namespace.name());
    settles(
        () -> {
          assertThat(shop.status().traffic().policy()).isEqualTo(Policy.CLUSTER);
          ServiceSpec spec = service(client, namespace, "shop-cache");
          assertThat(spec.getInternalTrafficPolicy()).isEqualTo("Cluster");
          assertThat(spec.getTrafficDistribution()).isNull();
        });
    kubectl(
        cluster,
        namespace,
        "patch",
        "service/shop-cache",
        "-p",
        "{\"spec\":{\"internalTrafficPolicy\":\"Local\"}}");
    settles(
        () -> {
          assertThat(shop.events("DriftReverted"))
              .singleElement()
              .asString()
              .contains("spec.internalTrafficPolicy");
          assertThat(service(client, namespace, "shop-cache").getInternalTrafficPolicy())
              .isEqualTo("Cluster");
        });

    anywhere
        .with(
            "/spec/cache/ports",
            "[{name: tcp, port: 6379, targetPort: redis}, {name: more, port: 6380}]")
        .apply(cluster, namespace.name());
    settles(() -> assertThat(service(client, namespace, "shop-cache").getPorts()).hasSize(2));
    shop.awaitPairs(2);
    assertThat(uids(shop)).isEqualTo(pods);
  }

  @Test
  @DisplayName("stays in its zone where pairs share a zone, and a cache there makes services Ready")
  void zones(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    for (String zone : List.of("a", "b")) {
      nodes.add(NodeSpec.named("any").with("cpu", "100m").inZone(nodes.id() + zone));
      nodes.add(NodeSpec.named("any").with("cpu", "100m").inZone(nodes.id() + zone));
    }
    ObservedPairs shop =
        PairManifest.named("shop")
            .replicas(3)
            .with("/spec/placement/topologyKey", "topology.kubernetes.io/zone")
            .with("/spec/traffic/requireLocalCache", "true")
            // Each half fills a node, so that the halves of a pair are on two.
            .with("/spec/service/template/spec/containers/0/resources", "{requests: {cpu: 60m}}")
            .with("/spec/cache/template/spec/containers/0/resources", "{requests: {cpu: 60m}}")
            .on(nodes)
            .apply(cluster, namespace.name());

    settles(
        () -> {
          assertThat(shop.status().replicas()).isEqualTo(2);
          assertThat(shop.status().readyReplicas()).isEqualTo(2);
          assertThat(shop.is("Reconciling")).isEqualTo("absent");
          assertThat(shop.status().traffic().policy()).isEqualTo(Policy.PREFER_SAME_ZONE);
        });
    assertThat(shop.pods()).hasSize(4);
    assertThat(shop.nodes("service")).hasSize(2).doesNotContainAnyElementsOf(shop.nodes("cache"));
    assertThat(service(client, namespace, "shop-cache").getTrafficDistribution())
        .isEqualTo("PreferSameZone");
  }

  @ParameterizedTest(name = "anchor: {0}")
  @ValueSource(strings = {"Cache", "Service"})
  @DisplayName("with requireLocalCache is asked only beside a Ready cache, without it anyway")
  void requireLocalCache(
      String anchor,
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    PairManifest manifest = PairManifest.named("shop").with("/spec/placement/anchor", anchor);
    List<ObservedPairs> both =
        PairManifest.apply(
            List.of(
                manifest.with("/spec/traffic/requireLocalCache", "true").on(nodes),
                new PairManifest("free", manifest.yaml().replace("shop", "free")).on(nodes)),
            cluster,
            namespace.name());
    ObservedPairs shop = both.get(0);
    ObservedPairs free = both.get(1);
    both.forEach(pairs -> pairs.awaitPairs(2));
    String node = nodes.names().get(0);

    both.forEach(
        pairs ->
            kubectl(
                cluster,
                namespace,
                "annotate",
                "pod",
                on(pairs, node, "cache"),
                NEVER_READY + "=true"));

    settles(
        () -> {
          assertThat(shop.nodes("service")).containsExactly(nodes.names().get(1));
          assertThat(shop.nodes("cache")).containsExactly(nodes.names().get(1));
          assertThat(free.nodes("cache")).containsExactly(nodes.names().get(1));
        });
    holdsFor(AT_REST, () -> assertThat(free.nodes("service")).hasSize(2));
    assertThat(localCache(shop, node).getMessage())
        .isEqualTo("no cache in the pod's topology domain is Ready");

    kubectl(cluster, namespace, "annotate", "pod", on(shop, node, "cache"), NEVER_READY + "-");
    shop.awaitPairs(2);
    assertThat(localCache(shop, node).getStatus()).isEqualTo("True");
  }

  @Test
  @DisplayName("is served all through a rollout of both halves, the service first")
  void rolloutWithTheServiceFirst(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3);
    PairManifest manifest = serviceFirst(nodes).replicas(3);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);
    Set<String> before = uids(shop);

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      withNewImages(manifest).apply(cluster, namespace.name());
      settles(() -> assertThat(uids(shop)).doesNotContainAnyElementsOf(before));
      shop.awaitPairs(3);
      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(2);
    }
  }

  @Test
  @DisplayName(
      "is served again once both halves are mended, though the service waits for the cache")
  void mendedTogether(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    PairManifest good = serviceFirst(nodes);
    ObservedPairs shop =
        good.with("/spec/cache/template/metadata/annotations", "{" + NEVER_READY + ": 'true'}")
            .apply(cluster, namespace.name());
    settles(
        () ->
            assertThat(shop.pods())
                .hasSize(4)
                .allSatisfy(pod -> assertThat(pod.getStatus().getPhase()).isEqualTo("Running")));
    assertThat(shop.nodes("service")).isEmpty();

    withNewImages(good).apply(cluster, namespace.name());

    shop.awaitPairs(2);
    settles(() -> assertThat(shop.status().updatedReplicas()).isEqualTo(2));
  }

  @Test
  @OwnDevcluster(nodes = 2, emulate = "1.33")
  @DisplayName("goes as near as an older API server lets it, and status says how near")
  void olderServer(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      KubernetesClient client) {
    ObservedPairs shop = PairManifest.named("shop").apply(cluster, namespace.name());
    shop.awaitPairs(2);

    assertThat(service(client, namespace, "shop-cache").getTrafficDistribution())
        .isEqualTo("PreferClose");
    assertThat(shop.status().traffic().policy()).isEqualTo(Policy.PREFER_SAME_ZONE);
    assertThat(shop.status().traffic().message())
        .contains("the API server does not take trafficDistribution PreferSameNode");
    assertThat(shop.is("Stalled")).isEqualTo("absent");
    restsAfter(operator, () -> kubectl(cluster, namespace, "annotate", "ccache/shop", "seen=1"));
  }

  @Test
  @DisplayName("goes anywhere where the preference gets lost on the way, and nobody fights for it")
  void lostOnTheWay(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    // There is no other way to lose it on the way, and until 1.35 there is none.
    assumeTrue(
        KubernetesVersion.parse(cluster.kubernetesVersion()).atLeast(1, 36),
        "MutatingAdmissionPolicies are served from 1.36 on");
    nodes.add(1);
    String policy = DROPPING.replace("NAMESPACE", namespace.name());
    cluster.kubectl().runWithInput(policy, "apply", "-f-").orFail();
    try {
      settles(
          () ->
              assertThat(
                      cluster
                          .kubectl()
                          .runWithInput(
                              PREFERRING,
                              "-n",
                              namespace.name(),
                              "create",
                              "--dry-run=server",
                              "-oyaml",
                              "-f-")
                          .orFail())
                  .asString()
                  .doesNotContain("trafficDistribution"));
      ObservedPairs shop =
          PairManifest.named("shop").replicas(1).on(nodes).apply(cluster, namespace.name());
      shop.awaitPairs(1);

      settles(
          () -> {
            assertThat(shop.status().traffic().policy()).isEqualTo(Policy.CLUSTER);
            assertThat(shop.status().traffic().message()).contains("spec.traffic.policy");
          });
      assertThat(service(client, namespace, "shop-cache").getTrafficDistribution()).isNull();
      kubectl(cluster, namespace, "annotate", "ccache/shop", "seen=1");
      holdsFor(AT_REST, () -> assertThat(shop.events("DriftReverted")).isEmpty());
    } finally {
      cluster.kubectl().runWithInput(policy, "delete", "-f-").orFail();
    }
  }

  /** Does {@code something} that wakes the operator, and sees that it writes nothing. */
  private static void restsAfter(RunningOperator operator, Runnable something) {
    settles(() -> assertThat(operator.apiWrites()).isPositive());
    long writes = operator.apiWrites();
    long looks = operator.reconciliations();
    something.run();
    settles(() -> assertThat(operator.reconciliations()).isGreaterThan(looks));
    holdsFor(AT_REST, () -> assertThat(operator.apiWrites()).isEqualTo(writes));
  }

  private static PairManifest serviceFirst(TestNodes nodes) {
    return PairManifest.named("shop")
        .with("/spec/placement/anchor", "Service")
        .with("/spec/traffic/requireLocalCache", "true")
        .on(nodes);
  }

  private static PairManifest withNewImages(PairManifest manifest) {
    return manifest
        .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
        .with("/spec/cache/template/spec/containers/0/image", "redis:8-alpine");
  }

  private static PodCondition localCache(ObservedPairs shop, String node) {
    return pod(shop, node, "service").getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals(LOCAL_CACHE))
        .findFirst()
        .orElseThrow();
  }

  private static String on(ObservedPairs pairs, String node, String role) {
    return pod(pairs, node, role).getMetadata().getName();
  }

  private static Pod pod(ObservedPairs pairs, String node, String role) {
    return pairs.pods().stream()
        .filter(pod -> role.equals(pod.getMetadata().getLabels().get(ROLE)))
        .filter(pod -> node.equals(pod.getSpec().getNodeName()))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> uids(ObservedPairs pairs) {
    return pairs.pods().stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
  }

  private static ServiceSpec service(
      KubernetesClient client, TestNamespace namespace, String name) {
    return client.services().inNamespace(namespace.name()).withName(name).get().getSpec();
  }

  private static List<Endpoint> endpoints(
      KubernetesClient client, TestNamespace namespace, String service) {
    return client
        .discovery()
        .v1()
        .endpointSlices()
        .inNamespace(namespace.name())
        .withLabel("kubernetes.io/service-name", service)
        .list()
        .getItems()
        .stream()
        .map(EndpointSlice::getEndpoints)
        .filter(Objects::nonNull)
        .flatMap(List::stream)
        .toList();
  }

  private static void kubectl(Devcluster cluster, TestNamespace namespace, String... arguments) {
    cluster
        .kubectl(
            Stream.concat(Stream.of("-n", namespace.name()), Stream.of(arguments))
                .toArray(String[]::new))
        .orFail();
  }
}
