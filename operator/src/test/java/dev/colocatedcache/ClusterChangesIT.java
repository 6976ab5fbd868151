package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.PodHistory;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What changes in a cluster, and what becomes of the pairs, on nodes that all count. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@OwnDevcluster
@Order(4)
@DisplayName("As the cluster changes,")
final class ClusterChangesIT {
  private static final Duration A_MOMENT = Duration.ofMillis(1500);
  private static final PairManifest CHECKOUT = PairManifest.named("checkout").replicas(3);

  private Devcluster cluster;
  private TestNodes nodes;
  private String namespace;
  private PodHistory history;

  @BeforeEach
  void here(
      Devcluster cluster, RunningOperator operator, TestNamespace namespace, TestNodes nodes) {
    assertThat(operator.isRunning()).isTrue();
    this.cluster = cluster;
    this.nodes = nodes;
    this.namespace = namespace.name();
    history = PodHistory.of(cluster.client(), this.namespace);
  }

  @AfterEach
  void closeHistory() {
    history.close();
  }

  /**
   * Something that keeps a pair from the third of three nodes.
   *
   * @param name as in "the third node …"
   * @param reason what the scheduler says of the node
   * @param third the node as it comes
   * @param pairs what is asked for
   * @param before what has to be there from the start
   * @param hinder brings it about
   * @param relieve takes it away again
   */
  private record Hindrance(
      String name,
      String reason,
      NodeSpec third,
      PairManifest pairs,
      Consumer<ClusterChangesIT> before,
      Consumer<ClusterChangesIT> hinder,
      Consumer<ClusterChangesIT> relieve) {

    static Hindrance of(
        String name,
        String reason,
        Consumer<ClusterChangesIT> hinder,
        Consumer<ClusterChangesIT> relieve) {
      return new Hindrance(
          name, reason, NodeSpec.named("third"), CHECKOUT, test -> {}, hinder, relieve);
    }

    Hindrance asking(PairManifest asked) {
      return new Hindrance(name, reason, third, asked, before, hinder, relieve);
    }

    Hindrance on(NodeSpec node) {
      return new Hindrance(name, reason, node, pairs, before, hinder, relieve);
    }

    Hindrance with(Consumer<ClusterChangesIT> first) {
      return new Hindrance(name, reason, third, pairs, first, hinder, relieve);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Hindrance> hindrances() {
    return Stream.of(
        Hindrance.of(
            "is cordoned",
            "node(s) were unschedulable",
            test -> test.cluster.cordon(test.third()),
            test -> test.cluster.uncordon(test.third())),
        Hindrance.of(
            "has a taint that keeps new pods away",
            "node(s) had untolerated taint(s)",
            test -> test.cluster.taint(test.third(), "dedicated", "batch", "NoSchedule"),
            test -> test.cluster.untaint(test.third(), "dedicated")),
        Hindrance.of(
                "lacks the label that the templates select by",
                "node(s) didn't match Pod's node affinity/selector",
                test -> test.cluster.relabel(test.third(), Map.of("pool", "other")),
                test -> test.cluster.relabel(test.third(), Map.of("pool", "checkout")))
            .asking(CHECKOUT.withInBoth("/nodeSelector", "{pool: checkout}"))
            .with(
                test -> {
                  test.cluster.relabel(test.nodes.names().get(0), Map.of("pool", "checkout"));
                  test.cluster.relabel(test.nodes.names().get(1), Map.of("pool", "checkout"));
                }),
        Hindrance.of(
                "matches neither of two terms of the cache's own node affinity",
                "node(s) didn't match Pod's node affinity/selector (cache)",
                test -> test.cluster.unlabel(test.third(), "disk"),
                test -> test.cluster.relabel(test.third(), Map.of("disk", "ssd")))
            .asking(
                CHECKOUT.with(
                    "/spec/cache/template/spec/affinity",
                    """
                    nodeAffinity:
                      requiredDuringSchedulingIgnoredDuringExecution:
                        nodeSelectorTerms:
                          - matchExpressions: [{key: pool, operator: In, values: [a, b]}]
                          - matchExpressions: [{key: disk, operator: Exists}]
                    """))
            .with(
                test -> {
                  test.cluster.relabel(test.nodes.names().get(0), Map.of("pool", "b"));
                  test.cluster.relabel(test.nodes.names().get(1), Map.of("disk", "hdd"));
                }),
        Hindrance.of(
                "is too small",
                "Insufficient memory (cache)",
                test -> test.cluster.resize(test.third(), Map.of("memory", "1Gi")),
                test -> test.cluster.resize(test.third(), Map.of("memory", "4Gi")))
            .asking(
                CHECKOUT.with(
                    "/spec/cache/template/spec/containers/0/resources",
                    "{requests: {memory: 2Gi}}")),
        Hindrance.of(
            "takes no more pods",
            "Too many pods",
            test -> test.cluster.resize(test.third(), Map.of("pods", "0")),
            test -> test.cluster.resize(test.third(), Map.of("pods", "2"))),
        Hindrance.of(
                "is full of the pods of others",
                "Insufficient cpu",
                test -> test.foreign("{requests: {cpu: 3500m}}", "{}", "[]"),
                ClusterChangesIT::foreignLeaves)
            .asking(CHECKOUT.withInBoth("/containers/0/resources", "{requests: {cpu: 1}}")),
        Hindrance.of(
                "has the cache's host port taken",
                "node(s) didn't have free ports for the requested pod ports (cache)",
                test -> test.foreign("{}", "{}", "[{containerPort: 1, hostPort: 6379}]"),
                ClusterChangesIT::foreignLeaves)
            .asking(
                CHECKOUT.with("/spec/cache/template/spec/containers/0/ports/0/hostPort", "6379")),
        Hindrance.of(
            "runs a pod that repels ours",
            "node(s) didn't satisfy existing pods anti-affinity rules (cache)",
            test ->
                test.foreign(
                    "{}",
                    """
                    podAntiAffinity:
                      requiredDuringSchedulingIgnoredDuringExecution:
                        - labelSelector: {matchLabels: {app.kubernetes.io/instance: checkout}}
                          namespaceSelector: {}
                          topologyKey: kubernetes.io/hostname
                    """,
                    "[]"),
            ClusterChangesIT::foreignLeaves),
        Hindrance.of(
                "runs a pod in a namespace that our templates shun, by its labels",
                "node(s) didn't match pod anti-affinity rules (cache)",
                test -> test.kubectl("label", "ns", test.others(), "noise=loud", "--overwrite"),
                test -> test.kubectl("label", "ns", test.others(), "noise=none", "--overwrite"))
            .asking(
                CHECKOUT.with(
                    "/spec/cache/template/spec/affinity",
                    """
                    podAntiAffinity:
                      requiredDuringSchedulingIgnoredDuringExecution:
                        - labelSelector: {matchLabels: {foreign: pod}}
                          namespaceSelector: {matchLabels: {noise: loud}}
                          topologyKey: kubernetes.io/hostname
                    """))
            .with(test -> test.foreign("{}", "{}", "[]")),
        Hindrance.of(
                "is too small for the requests that a LimitRange gives",
                "Insufficient cpu",
                test ->
                    test.apply(
                        """
                        apiVersion: v1
                        kind: LimitRange
                        metadata: {name: defaults, namespace: %s}
                        spec:
                          limits:
                            - type: Container
                              defaultRequest: {cpu: 1}
                        """
                            .formatted(test.namespace)),
                test -> test.kubectl("-n", test.namespace, "delete", "limitrange", "defaults"))
            .on(NodeSpec.named("third").with("cpu", "900m"))
            .asking(CHECKOUT.withInBoth("/containers/0/resources", "{}")),
        Hindrance.of(
                "is too small for the overhead of the RuntimeClass",
                "Insufficient cpu",
                test -> test.apply(runtimeClass("1")),
                test -> test.apply(runtimeClass("100m")))
            .on(NodeSpec.named("third").with("cpu", "900m"))
            .asking(CHECKOUT.withInBoth("/runtimeClassName", "sandboxed")));
  }

  private static String runtimeClass(String cpu) {
    return """
        apiVersion: node.k8s.io/v1
        kind: RuntimeClass
        metadata: {name: sandboxed}
        handler: sandboxed
        overhead: {podFixed: {cpu: %s}}
        """
        .formatted(cpu);
  }

  @ParameterizedTest(name = "the third node {0}")
  @MethodSource("hindrances")
  @DisplayName(
      "what keeps a pair away is named and no pod waits for it; what runs already goes on; and once"
          + " it is gone the pair comes: ")
  void hindered(Hindrance hindrance) {
    nodes.add(2);
    nodes.add(hindrance.third());
    hindrance.before().accept(this);
    hindrance.hinder().accept(this);
    ObservedPairs checkout = hindrance.pairs().on(nodes).apply(cluster, namespace);
    checkout.awaitPairs(2);
    capped(checkout, hindrance);

    hindrance.relieve().accept(this);
    checkout.awaitPairs(3);
    whole(checkout);
    assertThat(history.neverPlaced()).as("pods without a place").isEmpty();

    Set<String> running = uids(checkout);
    hindrance.hinder().accept(this);
    holdsFor(
        A_MOMENT,
        () -> {
          assertThat(uids(checkout)).as("what runs goes on running").isEqualTo(running);
          assertThat(checkout.status().replicas()).isEqualTo(3);
          assertThat(checkout.is("Ready")).isEqualTo("True");
        });
    assertThat(history.killed()).isEmpty();

    lose(checkout, third());
    checkout.awaitPairs(2);
    settles(() -> capped(checkout, hindrance));
    assertThat(running).as("only what was lost is gone").containsAll(uids(checkout));
  }

  private static void capped(ObservedPairs checkout, Hindrance hindrance) {
    assertThat(checkout.status().capacity().message())
        .isEqualTo("2 of 3 pairs placed: 2 of 3 nodes eligible; 1 " + hindrance.reason());
    assertThat(checkout.status().capacity().nodes()).isEqualTo(3);
    assertThat(checkout.status().capacity().eligibleNodes()).isEqualTo(2);
    assertThat(checkout.status().capacity().rejected())
        .singleElement()
        .satisfies(
            rejected -> {
              assertThat(rejected.reason()).isEqualTo(hindrance.reason());
              assertThat(rejected.nodes()).isEqualTo(1);
            });
    assertThat(checkout.is("CapacityLimited")).isEqualTo("True");
    assertThat(checkout.is("Ready")).isEqualTo("True");
    assertThat(checkout.is("Colocated")).isEqualTo("True");
  }

  private static void whole(ObservedPairs checkout) {
    settles(
        () -> {
          assertThat(checkout.status().capacity().message())
              .isEqualTo("3 of 3 pairs placed: 3 of 3 nodes eligible");
          assertThat(checkout.status().capacity().rejected()).isEmpty();
          assertThat(checkout.is("CapacityLimited")).isEqualTo("False");
          assertThat(checkout.is("Ready")).isEqualTo("True");
        });
  }

  private String third() {
    return nodes.names().get(2);
  }

  private String others() {
    return namespace + "-others";
  }

  /** A pod of somebody else on the third node: as a static pod it asks nobody for a place. */
  private void foreign(String resources, String affinity, String ports) {
    apply(
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: %1$s}
        """
            .formatted(others()));
    String pod =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: foreign, namespace: %s, labels: {foreign: pod}}
        spec:
          nodeName: %s
          terminationGracePeriodSeconds: 0
          containers: [{name: foreign, image: foreign, resources: %s, ports: %s}]
          affinity: %s
        """
            .formatted(
                others(),
                third(),
                resources,
                ports,
                Yaml.read(affinity, JsonNode.class).toString());
    // Refused until the new namespace has its service account.
    settles(() -> apply(pod));
  }

  private void foreignLeaves() {
    kubectl("-n", others(), "delete", "pod", "foreign");
  }

  /** The pods on that node are lost, and replaced where there is room. */
  private void lose(ObservedPairs checkout, String node) {
    kubectl(
        "-n",
        namespace,
        "delete",
        "pods",
        "--wait=false",
        "--field-selector=spec.nodeName=" + node,
        "--selector=app.kubernetes.io/instance=" + checkout.name());
  }

  @Test
  @DisplayName("a taint that evicts takes the pair of its node, and the others stay")
  void evictedByTaint() {
    nodes.add(3);
    ObservedPairs checkout = CHECKOUT.on(nodes).apply(cluster, namespace);
    checkout.awaitPairs(3);
    Set<String> running = uids(checkout);

    cluster.taint(third(), "maintenance", "now", "NoExecute");
    checkout.awaitPairs(2);
    settles(
        () ->
            assertThat(checkout.condition("CapacityLimited").orElseThrow().getMessage())
                .isEqualTo(
                    "2 of 3 pairs placed: 2 of 3 nodes eligible; 1 node(s) had untolerated"
                        + " taint(s)"));
    assertThat(checkout.nodes("service")).doesNotContain(third());
    assertThat(running).containsAll(uids(checkout));

    cluster.untaint(third(), "maintenance");
    checkout.awaitPairs(3);
    whole(checkout);
  }

  @Test
  @DisplayName(
      "a node that is not Ready takes no pair, without a delay loses its own in the end, and comes back")
  void notReady() {
    nodes.add(3);
    ObservedPairs checkout =
        CHECKOUT
            .replicas(2)
            .withInBoth("/tolerations", tolerating("not-ready", 3))
            .with("/spec/capacity/scaleDownDelaySeconds", "0")
            .on(nodes)
            .apply(cluster, namespace);
    checkout.awaitPairs(2);
    String free =
        nodes.names().stream()
            .filter(node -> !checkout.nodes("service").contains(node))
            .findFirst()
            .orElseThrow();
    cluster.setNotReady(free, true);
    settles(
        () -> {
          assertThat(checkout.status().capacity().eligibleNodes()).isEqualTo(2);
          assertThat(checkout.status().capacity().rejected())
              .singleElement()
              .satisfies(
                  rejected ->
                      assertThat(rejected.reason()).isEqualTo("node(s) had untolerated taint(s)"));
        });
    scale(checkout, 3);
    checkout.awaitPairs(2);
    assertThat(checkout.is("CapacityLimited")).isEqualTo("True");
    assertThat(checkout.is("Ready")).isEqualTo("True");
    cluster.setNotReady(free, false);
    checkout.awaitPairs(3);
    whole(checkout);
    assertThat(history.neverPlaced()).as("pods without a place").isEmpty();

    Set<String> running = uids(checkout);
    cluster.setNotReady(free, true);
    checkout.awaitPairs(2);
    assertThat(checkout.nodes("service")).doesNotContain(free);
    assertThat(running).as("the others stay").containsAll(uids(checkout));
    cluster.setNotReady(free, false);
    checkout.awaitPairs(3);
    whole(checkout);
  }

  @Test
  @DisplayName(
      "a node that is gone counts no more without a delay, whether or not its pods are cleared away yet")
  void nodeGone() {
    nodes.add(3);
    ObservedPairs checkout =
        CHECKOUT
            .with("/spec/capacity/scaleDownDelaySeconds", "0")
            .on(nodes)
            .apply(cluster, namespace);
    checkout.awaitPairs(3);
    Set<String> running = uids(checkout);

    cluster.deleteNode(third());
    List<String> left = nodes.names().subList(0, 2);
    settles(
        () -> {
          assertThat(checkout.status().capacity().message())
              .isEqualTo("2 of 3 pairs placed: 2 of 2 nodes eligible");
          assertThat(checkout.nodes("service")).containsExactlyElementsOf(left);
          assertThat(checkout.nodes("cache")).containsExactlyElementsOf(left);
          assertThat(checkout.is("Ready")).isEqualTo("True");
        });
    assertThat(running).as("nothing moves").containsAll(uids(checkout));
    assertThat(history.neverPlaced()).isEmpty();

    cluster.deleteNodeAndPods(third());
    cluster.addNode(NodeSpec.named("as-before").withName(third()).label(TestNodes.KEY, nodes.id()));
    checkout.awaitPairs(3);
    whole(checkout);
  }

  @Test
  @DisplayName("several ColocatedCaches share nodes, in one namespace and under one name in two")
  void neverRepelEachOther() {
    nodes.add(2);
    apply("{apiVersion: v1, kind: Namespace, metadata: {name: " + others() + "}}");
    List<ObservedPairs> all =
        Stream.of(
                CHECKOUT.replicas(2).on(nodes).apply(cluster, namespace),
                PairManifest.named("basket").on(nodes).apply(cluster, namespace),
                CHECKOUT.replicas(2).on(nodes).apply(cluster, others()))
            .toList();
    all.forEach(
        pairs -> {
          pairs.awaitPairs(2);
          assertThat(pairs.status().capacity().eligibleNodes()).isEqualTo(2);
          assertThat(pairs.is("CapacityLimited")).isEqualTo("False");
          assertThat(pairs.nodes("service")).isEqualTo(nodes.names());
        });
    assertThat(history.neverPlaced()).isEmpty();
    assertThat(history.killed()).isEmpty();
  }

  @Test
  @DisplayName("an anchor where its follower does not fit is named, and whole once there is room")
  void anchorWithoutRoomForItsFollower() {
    nodes.add(1);
    String narrow = nodes.add(NodeSpec.named("narrow").with("cpu", "1500m"));
    ObservedPairs checkout =
        CHECKOUT
            .replicas(1)
            .withInBoth("/containers/0/resources", "{requests: {cpu: 1}}")
            .with(
                "/spec/cache/template/spec/affinity",
                """
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - weight: 100
                      preference:
                        matchExpressions:
                          - {key: kubernetes.io/hostname, operator: In, values: [%s]}
                """
                    .formatted(narrow))
            .on(nodes)
            .apply(cluster, namespace);
    settles(
        () -> {
          assertThat(checkout.condition("Colocated").orElseThrow().getReason())
              .isEqualTo("AnchorMisplaced");
          assertThat(checkout.condition("Colocated").orElseThrow().getMessage()).contains(narrow);
          assertThat(checkout.is("Ready")).isEqualTo("False");
          assertThat(checkout.pods()).hasSize(1);
        });
    holdsFor(A_MOMENT, () -> assertThat(checkout.pods()).hasSize(1));
    assertThat(history.killed()).isEmpty();

    cluster.resize(narrow, Map.of("cpu", "2500m"));
    checkout.awaitPairs(1);
    assertThat(checkout.nodes("service")).containsExactly(narrow);
    assertThat(checkout.is("Colocated")).isEqualTo("True");
    assertThat(history.killed()).isEmpty();
  }

  @Test
  @DisplayName("a changed template that fits nowhere costs no pair that runs, and waits for room")
  void noRoomForARollout() {
    nodes.add(2, NodeSpec.named("any").with("cpu", "2"));
    ObservedPairs checkout = CHECKOUT.replicas(2).on(nodes).apply(cluster, namespace);
    checkout.awaitPairs(2);
    Set<String> running = uids(checkout);

    CHECKOUT
        .replicas(2)
        .with("/spec/cache/template/spec/containers/0/resources", "{requests: {cpu: 4}}")
        .on(nodes)
        .apply(cluster, namespace);
    settles(
        () ->
            assertThat(checkout.condition("Stalled").orElseThrow().getMessage())
                .isEqualTo(
                    "the changed template is not rolled out, for too few pairs would be left: 0 of 2"
                        + " pairs placed: 0 of 2 nodes eligible; 2 Insufficient cpu (cache); what"
                        + " runs goes on: lower what the template asks for, make room for 1"
                        + " (spec.minReplicas), set spec.minReplicas to 0, or set"
                        + " spec.capacity.allowShrink to true"));
    holdsFor(A_MOMENT, () -> assertThat(uids(checkout)).isEqualTo(running));
    assertThat(history.killed()).isEmpty();

    nodes.names().forEach(node -> cluster.resize(node, Map.of("cpu", "6")));
    settles(() -> assertThat(checkout.is("Stalled")).isEqualTo("absent"));
    checkout.awaitPairs(2);
    assertThat(checkout.pods())
        .filteredOn(pod -> running.contains(pod.getMetadata().getUid()))
        .as("the services go on running, the caches are new")
        .hasSize(2);
    assertThat(checkout.is("Ready")).isEqualTo("True");
  }

  /** Has a pod stay that long on a node in trouble, where Kubernetes gives it five minutes. */
  private static String tolerating(String trouble, int seconds) {
    return "[{key: node.kubernetes.io/%s, operator: Exists, effect: NoExecute, tolerationSeconds: %d}]"
        .formatted(trouble, seconds);
  }

  private void scale(ObservedPairs pairs, int replicas) {
    kubectl("-n", namespace, "scale", "ccache/" + pairs.name(), "--replicas=" + replicas);
  }

  private void apply(String manifests) {
    cluster.kubectl().runWithInput(manifests, "apply", "-f-").orFail();
  }

  private void kubectl(String... arguments) {
    cluster.kubectl(arguments).orFail();
  }

  private static Set<String> uids(ObservedPairs pairs) {
    return pairs.pods().stream()
        .map(Pod::getMetadata)
        .filter(metadata -> metadata.getDeletionTimestamp() == null)
        .map(metadata -> metadata.getUid())
        .collect(Collectors.toSet());
  }
}
