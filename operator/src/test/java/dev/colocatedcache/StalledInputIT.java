package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
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
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Wording;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What only the cluster can judge is said in a condition, and touches nothing that runs. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("Stalled, with what to change:")
final class StalledInputIT {
  private static final Duration A_WHILE = Duration.ofSeconds(1);
  private static final String TEMPLATE = "/spec/service/template";
  private static final String CONTAINER = TEMPLATE + "/spec/containers/0";

  private Devcluster cluster;
  private KubernetesClient client;
  private TestNodes nodes;
  private String namespace;
  private PairManifest good;
  private ObservedPairs shop;

  /**
   * One thing that is wrong.
   *
   * @param what in a few words
   * @param around manifests of other objects that make it wrong, or nothing
   * @param path of the field that is changed, as a JSON pointer
   * @param value as YAML
   * @param reason of the condition Stalled
   * @param message of it, in full; NAMESPACE stands for the test's, and NODES for what is said of
   *     the nodes of other tests
   */
  private record Row(
      String what, String around, String path, String value, String reason, String message) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Row rejected(String what, String path, String value, String change) {
    String message = "Deployment shop is refused by the API server: change spec.service.template.";
    return new Row(what, "", path, value, "Rejected", message + change);
  }

  static List<Row> whileItRuns() {
    return List.of(
        rejected(
            "a mount of a volume that is not there",
            CONTAINER + "/volumeMounts",
            "[{name: data, mountPath: /data}]",
            "spec.containers[0].volumeMounts[0].name: Not found: \"data\""),
        rejected(
            "requests above limits",
            CONTAINER + "/resources",
            "{requests: {cpu: 2}, limits: {cpu: 1}}",
            "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or"
                + " equal to cpu limit of 1"),
        rejected(
            "an operator of a toleration that there is not",
            TEMPLATE + "/spec/tolerations",
            "[{key: a, operator: Equals, value: b}]",
            "spec.tolerations[0].operator: Unsupported value: \"Equals\": supported values:"
                + " \"Equal\", \"Exists\""),
        rejected(
            "a port's name that two ports have",
            CONTAINER + "/ports",
            "[{name: http, containerPort: 80}, {name: http, containerPort: 81}]",
            "spec.containers[0].ports[1].name: Duplicate value: \"http\""),
        new Row(
            "a container's port that is there twice",
            "",
            CONTAINER + "/ports",
            "[{containerPort: 80}, {containerPort: 80, protocol: TCP}]",
            "InvalidSpec",
            "spec.service.template.spec.containers[0].ports[1]: the container has the port 80/TCP"
                + " twice: remove one"),
        rejected(
            "a label's key that is none",
            TEMPLATE + "/metadata",
            "{labels: {team a: b}}",
            "metadata.labels: Invalid value: \"team a\": name part must consist of alphanumeric"
                + " characters, '-', '_' or '.', and must start and end with an alphanumeric"
                + " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
                + " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"),
        rejected(
            "a probe of two kinds",
            CONTAINER + "/livenessProbe",
            "{tcpSocket: {port: 80}, exec: {command: [a]}}",
            "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1"
                + " handler type"),
        rejected(
            "a variable's name that is none",
            CONTAINER + "/env",
            "[{name: 'A=B', value: c}]",
            "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable"
                + " name must consist only of printable ASCII characters other than '='"),
        rejected(
            "a spread over nothing",
            TEMPLATE + "/spec/topologySpreadConstraints",
            "[{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]",
            "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than"
                + " zero"),
        rejected(
            "an operator of a node affinity that there is not",
            TEMPLATE + "/spec/affinity",
            "{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
                + " [{matchExpressions: [{key: a, operator: Is, values: [b]}]}]}}}",
            "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
                + ".nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: \"Is\": not a"
                + " valid selector operator"),
        rejected(
            "a name server that is left open",
            TEMPLATE + "/spec/dnsPolicy",
            "None",
            "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"),
        new Row(
            "a Service's port that is there twice",
            "",
            "/spec/service/ports",
            "[{port: 80, name: a}, {port: 80, name: b}]",
            "InvalidSpec",
            "spec.service.ports[1]: the Service has the port 80/TCP twice: remove one"),
        new Row(
            "a Service's ports of one name",
            "",
            "/spec/service/ports",
            "[{name: http, port: 80}, {name: http, port: 81}]",
            "Rejected",
            "Service shop is refused by the API server: change spec.service.ports[1].name: Duplicate"
                + " value: \"http\""),
        new Row(
            "a Service's port of a name that is none",
            "",
            "/spec/cache/ports",
            "[{name: HTTP, port: 80}]",
            "Rejected",
            "Service shop-cache is refused by the API server: change spec.cache.ports[0].name:"
                + " Invalid value: \"HTTP\": a lowercase RFC 1123 label must consist of lower case"
                + " alphanumeric characters or '-', and must start and end with an alphanumeric"
                + " character (e.g. 'my-name',  or '123-abc', regex used for validation is"
                + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"),
        new Row(
            "a service account that is missing",
            "",
            TEMPLATE + "/spec/serviceAccountName",
            "nobody",
            "Forbidden",
            "the pods of Deployment shop are refused by the API server: error looking up service"
                + " account NAMESPACE/nobody: serviceaccount \"nobody\" not found: create it with"
                + " `kubectl -n NAMESPACE create serviceaccount nobody`, or change"
                + " spec.service.template.spec.serviceAccountName"),
        new Row(
            "a priority class that is missing",
            "",
            TEMPLATE + "/spec/priorityClassName",
            "urgent",
            "InvalidSpec",
            "spec.service.template.spec.priorityClassName: there is no PriorityClass urgent: create"
                + " it, or name another"),
        new Row(
            "a runtime class that is missing",
            "",
            TEMPLATE + "/spec/runtimeClassName",
            "wasm",
            "InvalidSpec",
            "spec.service.template.spec.runtimeClassName: there is no RuntimeClass wasm: create it,"
                + " or name another"),
        new Row(
            "more memory than any node has",
            "",
            CONTAINER + "/resources",
            "{requests: {memory: 1000Gi}}",
            "NoRoomForRollout",
            "the changed template is not rolled out, for too few pairs would be left: 0 of 1 pairs"
                + " placed: 0 of NODES 2 Insufficient memory (service)NODES what runs goes on: lower"
                + " what the template asks for, make room for 1 (spec.minReplicas), set"
                + " spec.minReplicas to 0, or set spec.capacity.allowShrink to true"),
        new Row(
            "a topology key that no node has",
            "",
            "/spec/placement",
            "{topologyKey: example.com/rack}",
            "NoRoomForRollout",
            "the changed template is not rolled out, for too few pairs would be left: 0 of 1 pairs"
                + " placed: 0 domains of example.com/rack eligible on NODES; what runs goes on: lower"
                + " what the template asks for, make room for 1 (spec.minReplicas), set"
                + " spec.minReplicas to 0, or set spec.capacity.allowShrink to true"),
        new Row(
            "a LimitRange that refuses the pods",
            "{apiVersion: v1, kind: LimitRange, metadata: {name: small}, spec: {limits: [{type:"
                + " Container, max: {memory: 64Mi}}]}}",
            CONTAINER + "/resources",
            "{requests: {memory: 128Mi}}",
            "Rejected",
            "the pods of Deployment shop are refused by the API server:"
                + " spec.service.template.spec.containers[0].resources.requests: Invalid value:"
                + " \"128Mi\": must be less than or equal to memory limit of 64Mi: change the"
                + " containers' resources in spec.service.template, or the namespace's LimitRange,"
                + " which sets a limit where a template has none"),
        new Row(
            "a ResourceQuota that asks for limits",
            "{apiVersion: v1, kind: ResourceQuota, metadata: {name: all}, spec: {hard:"
                + " {limits.cpu: 10}}}",
            CONTAINER + "/resources",
            "{requests: {cpu: 20m}}",
            "Forbidden",
            "the pods of Deployment shop are refused by the API server: failed quota: all: must"
                + " specify limits.cpu for: web: set them in the containers' resources in"
                + " spec.service.template, or change the ResourceQuota all"));
  }

  static List<Row> fromTheStart() {
    return List.of(
        new Row(
            "a service account that is missing",
            "",
            TEMPLATE + "/spec/serviceAccountName",
            "nobody",
            "ReplicaFailure",
            "Deployment shop cannot create its pods: error looking up service account"
                + " NAMESPACE/nobody: serviceaccount \"nobody\" not found: create it with `kubectl"
                + " -n NAMESPACE create serviceaccount nobody`, or change"
                + " spec.service.template.spec.serviceAccountName"),
        new Row(
            "a ResourceQuota that refuses the Services",
            "{apiVersion: v1, kind: ResourceQuota, metadata: {name: none}, spec: {hard: {services:"
                + " 0}}}",
            "/spec/replicas",
            "1",
            "Forbidden",
            "Service shop-cache is not allowed by the API server: exceeded quota: none, requested:"
                + " services=1, used: services=0, limited: services=0: raise the ResourceQuota"
                + " none"),
        new Row(
            "a LimitRange that refuses the pods",
            "{apiVersion: v1, kind: LimitRange, metadata: {name: small}, spec: {limits: [{type:"
                + " Container, max: {memory: 64Mi}}]}}",
            CONTAINER + "/resources",
            "{limits: {memory: 128Mi}}",
            "ReplicaFailure",
            "Deployment shop cannot create its pods: maximum memory usage per Container is 64Mi, but"
                + " limit is 128Mi: change the containers' resources in spec.service.template, or"
                + " the namespace's LimitRange"),
        new Row(
            "a policy that refuses the pods",
            "{apiVersion: v1, kind: Namespace, metadata: {name: NAMESPACE, labels:"
                + " {pod-security.kubernetes.io/enforce: baseline}}}",
            CONTAINER + "/securityContext",
            "{privileged: true}",
            "ReplicaFailure",
            "Deployment shop cannot create its pods: violates PodSecurity \"baseline:latest\":"
                + " privileged (container \"web\" must not set securityContext.privileged=true):"
                + " change the securityContext in spec.service.template, or the namespace's label"
                + " pod-security.kubernetes.io/enforce"),
        new Row(
            "a Deployment of the name that is somebody else's",
            foreignDeployment("shop-cache"),
            "/spec/replicas",
            "1",
            "NameConflict",
            "Deployment shop-cache exists and is not this ColocatedCache's: delete or rename it, or"
                + " set the annotation colocatedcache.dev/adopt: \"true\" on the ColocatedCache to"
                + " adopt it"),
        new Row(
            "a Service of the name that is somebody else's",
            "{apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {selector: {app: other},"
                + " ports: [{port: 80}]}}",
            "/spec/replicas",
            "1",
            "NameConflict",
            "Service shop exists and is not this ColocatedCache's: delete or rename it, or set the"
                + " annotation colocatedcache.dev/adopt: \"true\" on the ColocatedCache to adopt it"),
        new Row(
            "a Deployment to be adopted that selects other pods",
            foreignDeployment("shop"),
            "/metadata/annotations",
            "{colocatedcache.dev/adopt: 'true'}",
            "SelectorMismatch",
            "Deployment shop cannot be adopted: its selector app=by-hand is immutable and does not"
                + " match the labels of spec.service.template: add these labels to the template, or"
                + " delete the Deployment"));
  }

  private static String foreignDeployment(String name) {
    return ("{apiVersion: apps/v1, kind: Deployment, metadata: {name: %s}, spec: {replicas: 0,"
            + " selector: {matchLabels: {app: by-hand}}, template: {metadata: {labels: {app:"
            + " by-hand}}, spec: {containers: [{name: web, image: nginx}]}}}}")
        .formatted(name);
  }

  /**
   * A change of what runs that is refused.
   *
   * @param what in a few words
   * @param path of the field that is changed, as a JSON pointer
   * @param value as YAML
   * @param refusal its end
   */
  private record Immutable(String what, String path, String value, String refusal) {
    @Override
    public String toString() {
      return what;
    }
  }

  static List<Immutable> refused() {
    return List.of(
        new Immutable(
            "another name of the service",
            "/spec/service/name",
            "store",
            "spec.service: Invalid value: spec.service.name is immutable, for it names the running"
                + " Deployment and Service: keep it as it was, or create another ColocatedCache"
                + " with the new name and delete this one"),
        new Immutable(
            "another name of the cache",
            "/spec/cache/name",
            "store",
            "spec.cache: Invalid value: spec.cache.name is immutable, for it names the running"
                + " Deployment and Service: keep it as it was, or create another ColocatedCache"
                + " with the new name and delete this one"),
        new Immutable(
            "another component of the service",
            TEMPLATE + "/metadata/labels",
            "{app.kubernetes.io/component: web}",
            "spec.service.template: Invalid value: the label app.kubernetes.io/component of"
                + " spec.service.template is immutable, for the Deployment selects its pods by it:"
                + " keep it as it was, or create another ColocatedCache with the new label and"
                + " delete this one"),
        new Immutable(
            "another component of the cache",
            "/spec/cache/template/metadata/labels",
            "{app.kubernetes.io/component: redis}",
            "spec.cache.template: Invalid value: the label app.kubernetes.io/component of"
                + " spec.cache.template is immutable, for the Deployment selects its pods by it:"
                + " keep it as it was, or create another ColocatedCache with the new label and"
                + " delete this one"),
        new Immutable(
            "fewer replicas than are useful",
            "/spec/minReplicas",
            "2",
            "spec.replicas: Invalid value: spec.replicas is below spec.minReplicas: raise replicas,"
                + " lower minReplicas, or set replicas to 0 to run no pair"));
  }

  @BeforeAll
  void start(
      Devcluster cluster, RunningOperator operator, KubernetesClient client, TestNodes nodes) {
    this.cluster = cluster;
    this.client = client;
    this.nodes = nodes;
    // Not a TestNamespace: each test has one of those to itself.
    this.namespace = nodes.id();
    cluster.kubectl("create", "namespace", namespace).orFail();
    cluster.kubectl("-n", namespace, "wait", "--for=create", "serviceaccount/default").orFail();
    this.good = PairManifest.named("shop").replicas(1).on(nodes);
    nodes.add(2);
    shop = good.apply(cluster, namespace);
    shop.awaitPairs(1);
  }

  @AfterAll
  void clean() {
    cluster.kubectl("delete", "namespace", namespace, "--wait=false").orFail();
  }

  @AfterEach
  void recovers() {
    good.apply(cluster, namespace);
    settles(() -> assertThat(shop.is("Stalled")).isEqualTo("absent"));
    shop.awaitPairs(1);
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("while it runs, and what runs goes on running:")
  void whileItRuns(Row row) {
    Map<String, String> running = children(shop);
    if (!row.around().isEmpty()) {
      apply(row.around(), namespace);
    }
    try {
      ObservedPairs changed = good.with(row.path(), row.value()).apply(cluster, namespace);
      settles(() -> stalled(changed, row));
      holdsFor(
          A_WHILE,
          () -> {
            stalled(changed, row);
            assertThat(children(shop)).isEqualTo(running);
            assertThat(shop.nodes("service")).isEqualTo(shop.nodes("cache")).hasSize(1);
          });
    } finally {
      if (!row.around().isEmpty()) {
        cluster.kubectl().runWithInput(row.around(), "-n", namespace, "delete", "-f-").orFail();
      }
    }
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("from the start, and what was there before is as it was:")
  void fromTheStart(Row row, TestNamespace own) {
    if (!row.around().isEmpty()) {
      apply(row.around().replace("NAMESPACE", own.name()), own.name());
    }
    ObservedPairs other = new ObservedPairs(client, own.name(), "shop");
    Map<String, String> before = foreign(other);

    good.with(row.path(), row.value()).apply(cluster, own.name());

    settles(() -> stalled(other, row));
    holdsFor(
        A_WHILE,
        () -> {
          stalled(other, row);
          assertThat(foreign(other)).isEqualTo(before);
        });
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("refused at apply, and what runs goes on running:")
  void refused(Immutable row) {
    Map<String, String> running = children(shop);

    CommandResult applied =
        cluster
            .kubectl()
            .runWithInput(
                good.with(row.path(), row.value()).yaml(), "-n", namespace, "apply", "-f-");

    assertThat(applied.ok()).isFalse();
    assertThat(Wording.ofApiServer(applied.err().strip())).endsWith(row.refusal());
    holdsFor(A_WHILE, () -> assertThat(children(shop)).isEqualTo(running));
  }

  @Test
  @DisplayName("a Deployment that another ColocatedCache has, adoption or not")
  void twoClaimOneDeployment() {
    Map<String, String> running = children(shop);
    ObservedPairs late =
        PairManifest.named("late")
            .with("/spec/service/name", "shop")
            .with("/metadata/annotations", "{colocatedcache.dev/adopt: 'true'}")
            .on(nodes)
            .apply(cluster, namespace);
    try {
      Row row =
          new Row(
              "",
              "",
              "",
              "",
              "NameConflict",
              "Deployment shop belongs to ColocatedCache shop: choose another spec.service.name in a"
                  + " new ColocatedCache, or delete the other owner");
      settles(() -> stalled(late, row));
      holdsFor(A_WHILE, () -> assertThat(children(shop)).isEqualTo(running));
      assertThat(late.pods()).as("nor is half a pair started").isEmpty();
    } finally {
      cluster.kubectl("-n", namespace, "delete", "ccache/late").orFail();
    }
  }

  @Test
  @DisplayName("not Stalled but Reconciling, with the reason, while a webhook does not answer")
  void webhook(TestNamespace own) {
    String webhook =
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: {name: NAMESPACE}
        webhooks:
        - name: down.example.com
          admissionReviewVersions: [v1]
          sideEffects: None
          timeoutSeconds: 1
          clientConfig: {url: "https://127.0.0.1:9/"}
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NAMESPACE}}
          rules:
          - {apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: ["*"]}
        """
            .replace("NAMESPACE", own.name());
    cluster.kubectl().runWithInput(webhook, "apply", "-f-").orFail();
    try {
      awaitRefusal(own);
      ObservedPairs waiting = good.apply(cluster, own.name());
      settles(
          () -> {
            assertThat(waiting.is("Reconciling")).isEqualTo("True");
            Condition reconciling = waiting.condition("Reconciling").orElseThrow();
            assertThat(reconciling.getReason()).isEqualTo("ApiServerError");
            assertThat(reconciling.getMessage())
                .contains("failed calling webhook \"down.example.com\"", "it is tried again");
            assertThat(waiting.is("Ready")).isEqualTo("False");
            assertThat(waiting.is("Stalled")).isEqualTo("absent");
          });
    } finally {
      cluster.kubectl("delete", "validatingwebhookconfiguration", own.name()).orFail();
    }
    new ObservedPairs(client, own.name(), "shop").awaitPairs(1);
  }

  /** The API server asks a webhook only some time after it has been told of it. */
  private void awaitRefusal(TestNamespace own) {
    settles(
        () ->
            assertThat(
                    cluster
                        .kubectl()
                        .runWithInput(
                            foreignDeployment("x"),
                            "-n",
                            own.name(),
                            "create",
                            "--dry-run=server",
                            "-f-")
                        .ok())
                .isFalse());
  }

  private static Map<String, String> pods(ObservedPairs of) {
    Map<String, String> pods = new TreeMap<>();
    of.pods().forEach(pod -> pods.put(nameOf(pod), pod.getMetadata().getUid()));
    return pods;
  }

  private static void stalled(ObservedPairs pairs, Row row) {
    assertThat(pairs.condition("Stalled")).isPresent();
    Condition stalled = pairs.condition("Stalled").orElseThrow();
    assertThat(stalled.getStatus()).isEqualTo("True");
    // How many nodes there are besides the test's own is not for it to say.
    assertThat(stalled.getMessage())
        .matches(
            Pattern.quote(row.message().replace("NAMESPACE", pairs.namespace()))
                .replace("NODES", "\\E.+\\Q"));
    assertThat(stalled.getReason()).isEqualTo(row.reason());
    assertThat(pairs.is("Ready")).isEqualTo("False");
    assertThat(pairs.status().observedGeneration())
        .isEqualTo(pairs.resource().getMetadata().getGeneration());
  }

  /** The children and their pods, each with what changes when somebody touches it. */
  private Map<String, String> children(ObservedPairs of) {
    Map<String, String> children = new TreeMap<>();
    Stream.of(
            client.apps().deployments().inNamespace(of.namespace()).list().getItems(),
            client.services().inNamespace(of.namespace()).list().getItems())
        .flatMap(List::stream)
        .filter(
            child ->
                of.name().equals(child.getMetadata().getLabels().get("app.kubernetes.io/instance")))
        .forEach(child -> children.put(child.getFullResourceName() + nameOf(child), state(child)));
    children.putAll(pods(of));
    return children;
  }

  /** What is not a ColocatedCache's. */
  private Map<String, String> foreign(ObservedPairs of) {
    Map<String, String> foreign = new TreeMap<>();
    Stream.of(
            client.apps().deployments().inNamespace(of.namespace()).list().getItems(),
            client.services().inNamespace(of.namespace()).list().getItems())
        .flatMap(List::stream)
        .filter(child -> !child.getMetadata().getLabels().containsKey("app.kubernetes.io/instance"))
        .forEach(child -> foreign.put(child.getFullResourceName() + nameOf(child), state(child)));
    return foreign;
  }

  private static String nameOf(HasMetadata object) {
    return "/" + object.getMetadata().getName();
  }

  /** A Service has no generation, and nothing but its spec changes it. */
  private static String state(HasMetadata child) {
    Long generation = child.getMetadata().getGeneration();
    return child.getMetadata().getUid()
        + " "
        + (generation == null ? child.getMetadata().getResourceVersion() : generation);
  }

  private void apply(String manifest, String namespace) {
    cluster.kubectl().runWithInput(manifest, "-n", namespace, "apply", "-f-").orFail();
    // A quota counts from when its controller has seen it.
    settles(
        () ->
            assertThat(client.resourceQuotas().inNamespace(namespace).list().getItems())
                .allSatisfy(quota -> assertThat(quota.getStatus().getHard()).isNotEmpty()));
  }
}
