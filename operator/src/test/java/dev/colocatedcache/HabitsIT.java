package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people do with kubectl all day, on three nodes. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@OwnDevcluster(nodes = 3)
@TestMethodOrder(OrderAnnotation.class)
@Order(3)
@DisplayName("As people are used to,")
final class HabitsIT {
  private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";
  private static final Duration A_WHILE = Duration.ofSeconds(2);
  private static final PairManifest CHECKOUT = PairManifest.named("checkout");

  private Devcluster cluster;
  private RunningOperator operator;
  private KubernetesClient client;
  private String namespace;

  @BeforeEach
  void here(Devcluster cluster, RunningOperator operator, TestNamespace namespace) {
    assertThat(operator.isRunning()).isTrue();
    this.cluster = cluster;
    this.operator = operator;
    this.client = cluster.client();
    this.namespace = namespace.name();
  }

  @Test
  @DisplayName(
      "kubectl scale scales pairs, kubectl wait waits for them, and spec is the user's own")
  void scale() {
    ObservedPairs checkout = CHECKOUT.apply(cluster, namespace);
    kubectl("wait", "--for=condition=Ready", "ccache/checkout", "--timeout=90s").orFail();
    assertThat(checkout.nodes("service")).isEqualTo(checkout.nodes("cache")).hasSize(2);

    kubectl("scale", "ccache/checkout", "--replicas=5").orFail();
    checkout.awaitPairs(3);
    assertThat(checkout.resource().getSpec().replicas()).isEqualTo(5);
    assertThat(checkout.status().requestedReplicas()).isEqualTo(5);
    kubectl("wait", "--for=condition=CapacityLimited", "ccache/checkout", "--timeout=1s").orFail();
    assertThat(kubectl("get", "ccache", "checkout").orFail().lines().toList().get(1).split(" +"))
        .startsWith("checkout", "3", "3", "5", "3");

    kubectl("scale", "ccache", "checkout", "--current-replicas=5", "--replicas=0").orFail();
    checkout.awaitPairs(0);
    assertThat(checkout.is("Ready")).isEqualTo("True");

    assertThat(checkout.resource().getMetadata().getManagedFields())
        .filteredOn(entry -> entry.getManager().contains("colocatedcache"))
        .isNotEmpty()
        .allSatisfy(
            entry -> {
              assertThat(entry.getSubresource()).isEqualTo("status");
              assertThat(entry.getFieldsV1().getAdditionalProperties())
                  .containsOnlyKeys("f:status");
            });
  }

  @Test
  @DisplayName("what happens once is told once, however often it happens")
  void toldOnce() {
    ObservedPairs checkout = CHECKOUT.replicas(3).apply(cluster, namespace);
    checkout.awaitPairs(3);
    for (int times = 1; times <= 5; times++) {
      kubectl("scale", "ccache/checkout", "--replicas=5").orFail();
      settles(() -> assertThat(checkout.is("CapacityLimited")).isEqualTo("True"));
      kubectl("scale", "ccache/checkout", "--replicas=3").orFail();
      settles(() -> assertThat(checkout.is("CapacityLimited")).isEqualTo("False"));
    }
    holdsFor(
        A_WHILE,
        () -> {
          assertThat(checkout.events("CapacityLimited")).hasSize(5);
          assertThat(checkout.events("CapacityRestored")).hasSize(5);
        });
  }

  @Test
  @DisplayName("a HorizontalPodAutoscaler scales pairs, and nobody takes it back")
  void autoscaler() {
    ObservedPairs checkout = CHECKOUT.replicas(1).apply(cluster, namespace);
    checkout.awaitPairs(1);
    cluster
        .kubectl()
        .runWithInput(
            """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata:
              name: checkout
            spec:
              scaleTargetRef:
                apiVersion: colocatedcache.dev/v1alpha1
                kind: ColocatedCache
                name: checkout
              minReplicas: 2
              maxReplicas: 3
              metrics:
                - type: Resource
                  resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
            """,
            "-n",
            namespace,
            "apply",
            "-f-")
        .orFail();
    checkout.awaitPairs(2);
    assertThat(checkout.resource().getSpec().replicas()).isEqualTo(2);

    kubectl("scale", "ccache/checkout", "--replicas=5").orFail();
    settles(() -> assertThat(checkout.resource().getSpec().replicas()).isEqualTo(3));
    checkout.awaitPairs(3);
    settles(
        () -> {
          HorizontalPodAutoscaler hpa =
              client
                  .autoscaling()
                  .v2()
                  .horizontalPodAutoscalers()
                  .inNamespace(namespace)
                  .withName("checkout")
                  .get();
          assertThat(hpa.getStatus().getCurrentReplicas()).isEqualTo(3);
          // There are no metrics here; that it looked for them shows that the selector was right.
          assertThat(hpa.getStatus().getConditions())
              .filteredOn(condition -> "ScalingActive".equals(condition.getType()))
              .singleElement()
              .satisfies(
                  condition ->
                      assertThat(condition.getReason()).isEqualTo("FailedGetResourceMetric"));
        });
    assertThat(checkout.status().selector())
        .isEqualTo("app.kubernetes.io/component=service,app.kubernetes.io/instance=checkout");
  }

  @Test
  @DisplayName("kubectl apply and diff see the user's own changes and no others")
  void apply() {
    ObservedPairs checkout = CHECKOUT.apply(cluster, namespace);
    checkout.awaitPairs(2);

    String version = checkout.resource().getMetadata().getResourceVersion();
    piped(CHECKOUT, "apply", "-f-").orFail();
    assertThat(checkout.resource().getMetadata().getResourceVersion()).isEqualTo(version);
    assertThat(piped(CHECKOUT, "diff", "-f-").orFail()).isEmpty();

    PairManifest newer =
        CHECKOUT.with("/spec/service/template/spec/containers/0/image", "nginx:1.29-alpine");
    CommandResult diff = piped(newer, "diff", "-f-");
    assertThat(diff.exit()).isEqualTo(1);
    assertThat(changedLines(diff))
        .containsExactly("- - image: nginx:1.27-alpine", "+ - image: nginx:1.29-alpine");
    assertThat(piped(newer, "apply", "-f-").orFail()).contains("checkout configured");
    settles(
        () ->
            assertThat(checkout.pods())
                .filteredOn(pod -> image(pod).startsWith("nginx"))
                .hasSize(2)
                .allMatch(pod -> image(pod).equals("nginx:1.29-alpine")));
    checkout.awaitPairs(2);

    kubectl("scale", "ccache/checkout", "--replicas=1").orFail();
    assertThat(piped(newer, "apply", "-f-").orFail()).contains("checkout configured");
    assertThat(checkout.resource().getSpec().replicas()).isEqualTo(2);
    checkout.awaitPairs(2);
    // A replace is held to the version that was read, so it is tried as a person would: once more.
    settles(
        () -> {
          String whole = kubectl("get", "ccache/checkout", "-o", "yaml").orFail();
          cluster.kubectl().runWithInput(whole, "-n", namespace, "replace", "-f-").orFail();
        });
    checkout.awaitPairs(2);
  }

  @Test
  @DisplayName("kubectl apply --server-side conflicts with other people, never with the operator")
  void serverSideApply() {
    piped(CHECKOUT, "apply", "--server-side", "-f-").orFail();
    ObservedPairs checkout = new ObservedPairs(client, namespace, "checkout");
    checkout.awaitPairs(2);

    String version = checkout.resource().getMetadata().getResourceVersion();
    piped(CHECKOUT, "apply", "--server-side", "-f-").orFail();
    assertThat(checkout.resource().getMetadata().getResourceVersion()).isEqualTo(version);
    assertThat(piped(CHECKOUT, "diff", "--server-side", "-f-").orFail()).isEmpty();

    kubectl("scale", "ccache/checkout", "--replicas=1").orFail();
    checkout.awaitPairs(1);
    CommandResult conflict = piped(CHECKOUT, "apply", "--server-side", "-f-");
    assertThat(conflict.ok()).isFalse();
    assertThat(conflict.err()).contains("conflict with \"kubectl\"", ".spec.replicas");
    // Who leaves replicas out leaves it to others.
    piped(CHECKOUT.without("/spec/replicas"), "apply", "--server-side", "-f-").orFail();
    assertThat(checkout.resource().getSpec().replicas()).isEqualTo(1);
    piped(CHECKOUT, "apply", "--server-side", "--force-conflicts", "-f-").orFail();
    checkout.awaitPairs(2);
  }

  @Test
  @DisplayName("the workshop works as it is written, its own step of scaling the cache included")
  void workshop() {
    namespace = "checkout";
    cluster.kubectl("apply", "-k", "../samples/workshop").orFail();
    ObservedPairs checkout = new ObservedPairs(client, namespace, "checkout");
    kubectl("wait", "--for=condition=Ready", "ccache/checkout", "--timeout=90s").orFail();
    kubectl("rollout", "status", "deployment/checkout-redis", "--timeout=90s").orFail();
    kubectl("rollout", "status", "deployment/checkout", "--timeout=90s").orFail();
    checkout.awaitPairs(2);
    cluster.kubectl("apply", "-k", "../samples/workshop").orFail();
    assertThat(checkout.resource().getMetadata().getGeneration()).isEqualTo(1);
    assertThat(cluster.kubectl("diff", "-k", "../samples/workshop").orFail()).isEmpty();

    kubectl("scale", "deployment/checkout-redis", "--replicas=3").orFail();
    settles(
        () ->
            assertThat(checkout.events("ScaleReverted"))
                .containsExactly(
                    "Deployment checkout-redis was scaled by hand and has been put back, for its"
                        + " replicas follow the ColocatedCache: use `kubectl scale ccache/checkout"
                        + " --replicas=N` instead"));
    assertThat(kubectl("describe", "ccache/checkout").orFail())
        .contains("ScaleReverted", "kubectl scale ccache/checkout --replicas=N");
    checkout.awaitPairs(2);
    assertThat(deployment("checkout-redis").getSpec().getReplicas()).isEqualTo(2);

    kubectl("scale", "ccache/checkout", "--replicas=3").orFail();
    checkout.awaitPairs(3);
    cluster.kubectl("delete", "-k", "../samples/workshop").orFail();
  }

  @Test
  @DisplayName("kubectl rollout restart restarts, and no later write of the operator undoes it")
  void rolloutRestart() {
    ObservedPairs checkout = CHECKOUT.replicas(1).apply(cluster, namespace);
    checkout.awaitPairs(1);
    Set<String> before = uids(checkout);

    kubectl("rollout", "restart", "deployment/checkout").orFail();
    kubectl("rollout", "status", "deployment/checkout", "--timeout=90s").orFail();
    checkout.awaitPairs(1);
    String restarted = templateAnnotation("checkout", RESTARTED_AT);
    assertThat(restarted).isNotNull();
    Set<String> after = uids(checkout);
    assertThat(after).as("the cache goes on running").filteredOn(before::contains).hasSize(1);

    kubectl("scale", "ccache/checkout", "--replicas=2").orFail();
    checkout.awaitPairs(2);
    kubectl("set", "env", "deployment/checkout", "ADDED=1").orFail();
    settles(() -> assertThat(checkout.events("DriftReverted")).hasSize(1));
    checkout.awaitPairs(2);
    assertThat(templateAnnotation("checkout", RESTARTED_AT)).isEqualTo(restarted);

    Set<String> last = uids(checkout);
    kubectl("rollout", "restart", "deployment/checkout", "deployment/checkout-cache").orFail();
    kubectl("rollout", "status", "deployment/checkout", "--timeout=90s").orFail();
    kubectl("rollout", "status", "deployment/checkout-cache", "--timeout=90s").orFail();
    settles(() -> assertThat(checkout.is("Reconciling")).isEqualTo("absent"));
    // The last one of before may be on its way out yet.
    settles(() -> assertThat(uids(checkout)).doesNotContainAnyElementsOf(last));
    assertThat(checkout.events("DriftReverted")).hasSize(1);
  }

  @Test
  @Order(Integer.MAX_VALUE) // The garbage collector takes half a minute to learn of a new kind.
  @DisplayName("kubectl delete takes the children along, before or after, or leaves them running")
  void delete() {
    ObservedPairs checkout = CHECKOUT.apply(cluster, namespace);
    checkout.awaitPairs(2);
    kubectl("delete", "ccache/checkout").orFail();
    settles(() -> assertThat(children()).isEmpty());
    settles(() -> assertThat(checkout.pods()).isEmpty());

    CHECKOUT.apply(cluster, namespace);
    checkout.awaitPairs(2);
    kubectl("delete", "ccache/checkout", "--cascade=foreground").orFail();
    assertThat(children()).as("foreground: the children first").isEmpty();
    settles(() -> assertThat(checkout.pods()).isEmpty());

    CHECKOUT.apply(cluster, namespace);
    checkout.awaitPairs(2);
    Set<String> running = uids(checkout);
    kubectl("delete", "ccache/checkout", "--cascade=orphan").orFail();
    holdsFor(
        A_WHILE,
        () -> {
          assertThat(children())
              .hasSize(4)
              .allSatisfy(child -> assertThat(child.getMetadata().getOwnerReferences()).isEmpty());
          assertThat(uids(checkout)).isEqualTo(running);
        });

    CHECKOUT.apply(cluster, namespace);
    settles(
        () ->
            assertThat(checkout.condition("Stalled").orElseThrow().getReason())
                .isEqualTo("NameConflict"));
    kubectl("annotate", "ccache/checkout", "colocatedcache.dev/adopt=true").orFail();
    checkout.awaitPairs(2);
    assertThat(uids(checkout)).as("adopted as they ran").isEqualTo(running);
    assertThat(checkout.is("Stalled")).isEqualTo("absent");
    settles(() -> assertThat(checkout.events("Adopted")).hasSize(6));
  }

  @Test
  @DisplayName("kubectl replace --force makes all anew, without a conflict with what was before")
  void replaceByForce() {
    ObservedPairs checkout = CHECKOUT.apply(cluster, namespace);
    checkout.awaitPairs(2);

    piped(CHECKOUT, "replace", "--force", "-f-").orFail();

    String uid = checkout.resource().getMetadata().getUid();
    settles(
        () ->
            assertThat(children())
                .hasSize(4)
                .allSatisfy(
                    child ->
                        assertThat(child.getMetadata().getOwnerReferences())
                            .singleElement()
                            .satisfies(owner -> assertThat(owner.getUid()).isEqualTo(uid))));
    assertThat(checkout.events("NameConflict")).isEmpty();
  }

  @TestFactory
  @DisplayName("put right what somebody has changed in a child:")
  Stream<DynamicTest> drift() {
    ObservedPairs checkout = CHECKOUT.apply(cluster, namespace);
    checkout.awaitPairs(2);
    Map<String, JsonNode> before = specs();
    List<Drift> drifts =
        List.of(
            new Drift(
                "another image",
                "Deployment checkout-cache",
                "spec.template.spec.containers[0].image",
                "set image deployment/checkout-cache redis=redis:7.2-alpine"),
            new Drift(
                "an environment variable",
                "Deployment checkout",
                "spec.template.spec.containers[name=web].env",
                "set env deployment/checkout ADDED=1"),
            new Drift(
                "a node selector, with which the pods would wait for ever",
                "Deployment checkout",
                "spec.template.spec.nodeSelector",
                patch("deployment/checkout", "spec.template.spec", "{nodeSelector: {disk: ssd}}")),
            new Drift(
                "one more container",
                "Deployment checkout",
                "spec.template.spec.containers[name=sidecar]",
                patch(
                    "deployment/checkout",
                    "spec.template.spec",
                    "{containers: [{name: sidecar, image: busybox}]}")),
            new Drift(
                "a toleration",
                "Deployment checkout-cache",
                "spec.template.spec.tolerations",
                patch(
                    "deployment/checkout-cache",
                    "spec.template.spec",
                    "{tolerations: [{operator: Exists}]}")),
            new Drift(
                "no affinity any more",
                "Deployment checkout",
                "spec.template.spec.affinity",
                patch("deployment/checkout", "spec.template.spec", "{affinity: null}")),
            new Drift(
                "a surge, with which a full cluster could not roll out",
                "Deployment checkout",
                "spec.strategy",
                patch("deployment/checkout", "spec.strategy", "{rollingUpdate: {maxSurge: 1}}")),
            new Drift(
                "an older revision",
                "Deployment checkout-cache",
                "spec.template",
                "rollout undo deployment/checkout-cache"),
            new Drift(
                "a pause",
                "Deployment checkout",
                "spec.paused",
                "rollout pause deployment/checkout"),
            new Drift(
                "a label less",
                "Deployment checkout",
                "metadata.labels.app.kubernetes.io/managed-by",
                "label deployment/checkout app.kubernetes.io/managed-by-"),
            new Drift(
                "the label less by which we find it",
                "Deployment checkout",
                "metadata.labels.colocatedcache.dev/role",
                "label deployment/checkout colocatedcache.dev/role-"),
            new Drift(
                "another selector",
                "Service checkout",
                "spec.selector",
                patch("service/checkout", "spec", "{selector: {other: one}}")),
            new Drift(
                "another target port",
                "Service checkout-cache",
                "spec.ports",
                patch("service/checkout-cache", "spec", "{ports: [{port: 6379, targetPort: 1}]}")),
            new Drift(
                "one more port",
                "Service checkout",
                "spec.ports",
                patch("service/checkout", "spec", "{ports: [{name: more, port: 81}]}")),
            new Drift(
                "the label less by which we find it",
                "Service checkout",
                "metadata.labels.colocatedcache.dev/role",
                "label service/checkout colocatedcache.dev/role-"));
    return Stream.of(
            drifts.stream()
                .map(
                    drift ->
                        DynamicTest.dynamicTest(
                            drift.child() + " has " + drift.name(),
                            () -> putRight(checkout, drift, before))),
            Stream.of("deployment/checkout", "deployment/checkout-cache", "service/checkout")
                .map(
                    child ->
                        DynamicTest.dynamicTest(
                            child + " is deleted",
                            () -> {
                              kubectl("delete", child).orFail();
                              settles(() -> assertThat(specs()).isEqualTo(before));
                            })),
            Stream.of(
                DynamicTest.dynamicTest(
                    "and each is told of once",
                    () -> {
                      settles(() -> assertThat(specs()).isEqualTo(before));
                      assertThat(checkout.events("DriftReverted")).hasSameSizeAs(drifts);
                      settles(() -> assertThat(checkout.is("Stalled")).isEqualTo("absent"));
                    })))
        .flatMap(tests -> tests);
  }

  /** A change of a child that is put right: kubectl, without quotes, and the field that it hits. */
  private record Drift(String name, String child, String field, List<String> kubectl) {
    Drift(String name, String child, String field, String kubectl) {
      this(name, child, field, List.of(kubectl.split(" ")));
    }
  }

  private void putRight(ObservedPairs checkout, Drift drift, Map<String, JsonNode> before) {
    kubectl(drift.kubectl().toArray(String[]::new)).orFail();
    settles(
        () -> {
          assertThat(checkout.events("DriftReverted"))
              .filteredOn(
                  note -> note.startsWith(drift.child() + " was changed at " + drift.field()))
              .isNotEmpty();
          assertThat(specs()).isEqualTo(before);
        });
  }

  @Test
  @DisplayName("a change of a child is told of even beside one that was asked for")
  void driftBesideAnIntent() {
    ObservedPairs checkout = CHECKOUT.apply(cluster, namespace);
    checkout.awaitPairs(2);
    operator.kill();
    kubectl("scale", "ccache/checkout", "--replicas=3").orFail();
    kubectl("set", "env", "deployment/checkout", "ADDED=1").orFail();
    operator.start();

    checkout.awaitPairs(3);
    settles(
        () ->
            assertThat(checkout.events("DriftReverted"))
                .singleElement()
                .asString()
                .startsWith(
                    "Deployment checkout was changed at"
                        + " spec.template.spec.containers[name=web].env"));
    assertThat(checkout.pods())
        .allSatisfy(
            pod ->
                assertThat(pod.getSpec().getContainers().get(0).getEnv())
                    .extracting(EnvVar::getName)
                    .doesNotContain("ADDED"));
  }

  @Test
  @DisplayName("ports: [] means no Service, and ports again a Service")
  void ports() {
    ObservedPairs checkout = CHECKOUT.replicas(1).apply(cluster, namespace);
    checkout.awaitPairs(1);
    assertThat(services()).containsExactly("checkout", "checkout-cache");
    patch("ccache/checkout", "{\"spec\":{\"cache\":{\"ports\":[]}}}");
    settles(() -> assertThat(services()).containsExactly("checkout"));
    patch("ccache/checkout", "{\"spec\":{\"cache\":{\"ports\":[{\"name\":\"r\",\"port\":1234}]}}}");
    settles(() -> assertThat(services()).containsExactly("checkout", "checkout-cache"));
    patch("ccache/checkout", "{\"spec\":{\"cache\":{\"ports\":null}}}");
    settles(
        () ->
            assertThat(
                    client
                        .services()
                        .inNamespace(namespace)
                        .withName("checkout-cache")
                        .get()
                        .getSpec()
                        .getPorts())
                .singleElement()
                .satisfies(port -> assertThat(port.getPort()).isEqualTo(6379)));
  }

  private CommandResult kubectl(String... arguments) {
    return cluster.kubectl(
        Stream.concat(Stream.of("-n", namespace), Arrays.stream(arguments)).toArray(String[]::new));
  }

  private CommandResult piped(PairManifest manifest, String... arguments) {
    return cluster
        .kubectl()
        .runWithInput(
            manifest.yaml(),
            Stream.concat(Stream.of("-n", namespace), Arrays.stream(arguments))
                .toArray(String[]::new));
  }

  private void patch(String what, String patch) {
    kubectl("patch", what, "--type=merge", "-p", patch).orFail();
  }

  /** The arguments of a strategic merge patch of what is below {@code place}. */
  private static List<String> patch(String what, String place, String yaml) {
    String patch = yaml;
    for (String at = place; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('.')))) {
      patch = "{" + at.substring(at.lastIndexOf('.') + 1) + ": " + patch + "}";
    }
    return List.of("patch", what, "-p", Yaml.read(patch, JsonNode.class).toString());
  }

  /** What children are asked to be, by kind and name, but for what only the server gives. */
  private Map<String, JsonNode> specs() {
    Map<String, JsonNode> specs = new TreeMap<>();
    for (HasMetadata child : children()) {
      ObjectNode tree = client.getKubernetesSerialization().convertValue(child, ObjectNode.class);
      ObjectNode spec = (ObjectNode) tree.get("spec");
      spec.remove(List.of("clusterIP", "clusterIPs"));
      spec.set("labels", tree.get("metadata").get("labels"));
      specs.put(child.getKind() + " " + child.getMetadata().getName(), spec);
    }
    return specs;
  }

  private Deployment deployment(String name) {
    return client.apps().deployments().inNamespace(namespace).withName(name).get();
  }

  private String templateAnnotation(String deployment, String annotation) {
    Map<String, String> annotations =
        deployment(deployment).getSpec().getTemplate().getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(annotation);
  }

  private List<HasMetadata> children() {
    return Stream.<HasMetadata>concat(
            client.apps().deployments().inNamespace(namespace).list().getItems().stream(),
            client.services().inNamespace(namespace).list().getItems().stream())
        .toList();
  }

  private List<String> services() {
    return client.services().inNamespace(namespace).list().getItems().stream()
        .map(service -> service.getMetadata().getName())
        .sorted()
        .toList();
  }

  private static String image(Pod pod) {
    return pod.getSpec().getContainers().get(0).getImage();
  }

  private static Set<String> uids(ObservedPairs pairs) {
    return pairs.pods().stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
  }

  /** The lines that a diff adds and takes away, but for the count of changes of the spec. */
  private static List<String> changedLines(CommandResult diff) {
    return diff.out()
        .lines()
        .filter(line -> line.matches("[-+][^-+].*"))
        .filter(line -> !line.contains(" generation:"))
        .map(line -> line.replaceAll(" +", " "))
        .toList();
  }
}
