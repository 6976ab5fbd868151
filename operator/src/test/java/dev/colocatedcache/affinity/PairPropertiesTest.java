package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.ShopPairs.ANCHOR;
import static dev.colocatedcache.affinity.ShopPairs.FOLLOWER;
import static dev.colocatedcache.affinity.TestCluster.HOSTNAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Holds the search for pairs to a slow and plain one: a cluster is built anew for every question,
 * and every question is put to {@link Scheduler}.
 */
class PairPropertiesTest {

  private static final Scheduler SCHEDULER = new Scheduler(KubernetesVersion.DEFAULT);

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void everyPairCanBePlacedOneAfterTheOther(@ForAll("scenarios") Scenario scenario) {
    PairEvaluation evaluation = scenario.evaluate();
    PlainCluster cluster = scenario.withoutOwnPodsButRetained(evaluation);
    for (Pair pair : evaluation.pairs()) {
      if (!pair.retained()) {
        assertThat(cluster.place(scenario.request.anchor(), pair.anchorNode()))
            .as("anchor of %s", pair)
            .isTrue();
        assertThat(cluster.place(scenario.request.follower(), pair.followerNode()))
            .as("follower of %s", pair)
            .isTrue();
      }
    }
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void noDomainIsLeftThatWouldTakeAFurtherPair(@ForAll("scenarios") Scenario scenario) {
    PairEvaluation evaluation = scenario.evaluate();
    PlainCluster cluster = scenario.withoutOwnPodsButRetained(evaluation);
    for (Pair pair : evaluation.pairs()) {
      if (!pair.retained()) {
        cluster.place(scenario.request.anchor(), pair.anchorNode());
        cluster.place(scenario.request.follower(), pair.followerNode());
      }
    }
    List<String> taken = evaluation.pairs().stream().map(Pair::domain).toList();

    scenario
        .domains()
        .forEach(
            (domain, nodes) ->
                assertThat(!taken.contains(domain) && cluster.takesPair(scenario, nodes))
                    .as("the domain %s takes a pair", domain)
                    .isFalse());
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void whereOnlySingleNodesMatterNoPlacementHasMore(@ForAll("plainScenarios") Scenario scenario) {
    PairEvaluation evaluation = scenario.evaluate();
    PlainCluster cluster = scenario.withoutOwnPodsButRetained(evaluation);
    List<String> retained =
        evaluation.pairs().stream().filter(Pair::retained).map(Pair::domain).toList();

    long possible =
        scenario.domains().entrySet().stream()
            .filter(
                domain ->
                    retained.contains(domain.getKey())
                        || cluster.takesPair(scenario, domain.getValue()))
            .count();

    assertThat(evaluation.fits()).isEqualTo((int) possible);
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void everyNodeIsAccountedFor(@ForAll("scenarios") Scenario scenario) {
    PairEvaluation evaluation = scenario.evaluate();
    List<String> taken = evaluation.pairs().stream().map(Pair::domain).toList();

    TreeSet<String> expected = new TreeSet<>();
    scenario.nodes.forEach(
        node -> {
          String domain = scenario.domainOf(node);
          if (domain == null || !taken.contains(domain)) {
            expected.add(node.name);
          }
        });

    assertThat(evaluation.rejected())
        .extracting(NodeRejection::node)
        .containsExactlyElementsOf(expected);
    assertThat(taken).doesNotHaveDuplicates();
    assertThat(evaluation.eligibleNodes()).isEqualTo(taken.size());
    assertThat(evaluation.strandingNodes()).isSubsetOf(expected);
    assertThat(evaluation.misplacedAnchors()).isSubsetOf(expected);
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void aWatchMissesNothing(
      @ForAll("scenarios") Scenario scenario, @ForAll("events") List<Event> events) {
    ClusterModel cluster = scenario.model();
    PairRequest request = scenario.request;
    Pairs pairs = new Pairs(KubernetesVersion.DEFAULT);
    PairWatch watch = pairs.watch(request);
    for (Event event : events) {
      Snapshot before = cluster.snapshot();
      Change change = event.apply(cluster);
      Snapshot after = cluster.snapshot();
      if (!watch.mayChange(change, before, after)) {
        assertThat(pairs.evaluate(after, request))
            .as("after %s", event)
            .isEqualTo(pairs.evaluate(before, request));
      }
    }
  }

  @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED)
  void aModelThatWasChangedStepByStepIsAsOneMadeAtOnce(
      @ForAll("scenarios") Scenario scenario, @ForAll("events") List<Event> events) {
    ClusterModel changed = scenario.model();
    Map<String, Node> nodes = new LinkedHashMap<>();
    scenario.nodes.forEach(node -> nodes.put(node.name, node.object()));
    Map<String, Pod> pods = new LinkedHashMap<>();
    scenario.pods.forEach(pod -> pods.put(pod.name, pod.object()));
    for (Event event : events) {
      event.apply(changed);
      changed.snapshot();
      event.apply(nodes, pods);
    }
    ClusterModel made = new ClusterModel();
    pods.values().forEach(made::putPod);
    nodes.values().forEach(made::putNode);

    PairRequest request = scenario.request;
    assertThat(SCHEDULER.judge(changed.snapshot(), request.follower()).verdicts())
        .isEqualTo(SCHEDULER.judge(made.snapshot(), request.follower()).verdicts());
    Pairs pairs = new Pairs(KubernetesVersion.DEFAULT);
    PairEvaluation ofChanged = pairs.evaluate(changed.snapshot(), request);
    PairEvaluation ofMade = pairs.evaluate(made.snapshot(), request);
    assertThat(ofChanged.fits()).isEqualTo(ofMade.fits());
    assertThat(ofChanged.rejected()).isEqualTo(ofMade.rejected());
  }

  // --- what is made up -------------------------------------------------------------------------

  /** A node in few words; a null zone is a node without the label. */
  record NodeWords(
      String name, String zone, String rack, int memory, boolean cordoned, boolean tainted) {

    Node object() {
      NodeBuilder node =
          new NodeBuilder()
              .withNewMetadata()
              .withName(name)
              .addToLabels(HOSTNAME, name)
              .addToLabels("rack", rack)
              .endMetadata()
              .withNewSpec()
              .withUnschedulable(cordoned)
              .endSpec()
              .withNewStatus()
              .addToAllocatable("memory", new Quantity(memory + "Gi"))
              .addToAllocatable("pods", new Quantity("6"))
              .endStatus();
      if (zone != null) {
        node.editMetadata().addToLabels("zone", zone).endMetadata();
      }
      if (tainted) {
        node.editSpec().addNewTaint("NoSchedule", "t", null, null).endSpec();
      }
      return node.build();
    }
  }

  /** A pod in few words; an own one is of one of the two Deployments. */
  record PodWords(
      String name,
      String app,
      String node,
      int memory,
      boolean own,
      boolean terminating,
      String repels) {

    Pod object() {
      PodBuilder pod = plainPod(name, app, node, memory);
      if (repels != null) {
        repel(pod, app.equals("cart") ? FOLLOWER : ANCHOR, repels);
      } else if (app.startsWith("cart")) {
        repel(pod, app, HOSTNAME);
      }
      if (own) {
        pod.editMetadata()
            .addNewOwnerReference()
            .withKind("ReplicaSet")
            .withName(app + "-h")
            .withController(true)
            .endOwnerReference()
            .endMetadata();
      }
      if (terminating) {
        pod.editMetadata().withDeletionTimestamp("now").endMetadata();
      }
      return pod.build();
    }
  }

  private static PodBuilder plainPod(String name, String app, String node, int memory) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(TestCluster.NAMESPACE)
        .withName(name)
        .addToLabels("app", app)
        .addToLabels("pod-template-hash", "h")
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .addNewContainer()
        .withName("c")
        .withNewResources()
        .addToRequests("memory", new Quantity(memory + "Gi"))
        .endResources()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .endStatus();
  }

  private static void repel(PodBuilder pod, String app, String topologyKey) {
    pod.editSpec()
        .withNewAffinity()
        .withNewPodAntiAffinity()
        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
        .withTopologyKey(topologyKey)
        .withNewLabelSelector()
        .addToMatchLabels("app", app)
        .endLabelSelector()
        .endRequiredDuringSchedulingIgnoredDuringExecution()
        .endPodAntiAffinity()
        .endAffinity()
        .endSpec();
  }

  /** A cluster, and the pairs that it is asked for. */
  record Scenario(List<NodeWords> nodes, List<PodWords> pods, PairRequest request) {

    ClusterModel model() {
      ClusterModel model = new ClusterModel();
      nodes.forEach(node -> model.putNode(node.object()));
      pods.forEach(pod -> model.putPod(pod.object()));
      return model;
    }

    PairEvaluation evaluate() {
      return new Pairs(KubernetesVersion.DEFAULT).evaluate(model().snapshot(), request);
    }

    String domainOf(NodeWords node) {
      return switch (request.topologyKey()) {
        case "zone" -> node.zone;
        case "rack" -> node.rack;
        default -> node.name;
      };
    }

    Map<String, List<String>> domains() {
      return nodes.stream()
          .filter(node -> domainOf(node) != null)
          .collect(
              Collectors.groupingBy(
                  this::domainOf, Collectors.mapping(NodeWords::name, Collectors.toList())));
    }

    /** The own pods removed, one anchor and one follower left where a pair is retained. */
    PlainCluster withoutOwnPodsButRetained(PairEvaluation evaluation) {
      PlainCluster cluster = new PlainCluster();
      nodes.forEach(node -> cluster.nodes.put(node.name, node.object()));
      pods.stream().filter(pod -> !pod.own).forEach(pod -> cluster.pods.add(pod.object()));
      for (Pair pair : evaluation.pairs()) {
        if (pair.retained()) {
          cluster.pods.add(live(request.anchorDeployment(), pair.anchorNode()));
          cluster.pods.add(live(request.followerDeployment(), pair.followerNode()));
        }
      }
      return cluster;
    }

    private Pod live(String app, String node) {
      return pods.stream()
          .filter(
              pod -> pod.own && !pod.terminating && pod.app.equals(app) && pod.node.equals(node))
          .findFirst()
          .orElseThrow()
          .object();
    }
  }

  /** A cluster as a plain list of objects. */
  private static final class PlainCluster {

    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<Pod> pods = new ArrayList<>();
    private int placed;

    boolean fits(IncomingPod pod, String node) {
      ClusterModel model = new ClusterModel();
      nodes.values().forEach(model::putNode);
      pods.forEach(model::putPod);
      return SCHEDULER.judge(model.snapshot(), pod).verdicts().get(node).fits();
    }

    /** Binds the pod to the node, if it fits there. */
    boolean place(IncomingPod pod, String node) {
      if (!fits(pod, node)) {
        return false;
      }
      String app = pod.shape().labels().get("app");
      PodBuilder bound = plainPod("placed-" + placed++, app, node, 1);
      repel(bound, app, pod.shape().antiAffinity().get(0).topologyKey());
      pods.add(bound.build());
      return true;
    }

    /**
     * Whether an anchor and then a follower fit on some of the nodes; the cluster stays as it is.
     */
    boolean takesPair(Scenario scenario, List<String> domain) {
      for (String anchorNode : domain) {
        if (place(scenario.request.anchor(), anchorNode)) {
          boolean followerFits =
              domain.stream().anyMatch(node -> fits(scenario.request.follower(), node));
          pods.remove(pods.size() - 1);
          if (followerFits) {
            return true;
          }
        }
      }
      return false;
    }
  }

  /** Something that happens to a cluster. */
  sealed interface Event {

    Change apply(ClusterModel cluster);

    void apply(Map<String, Node> nodes, Map<String, Pod> pods);
  }

  record NodeBecomes(NodeWords node) implements Event {
    @Override
    public Change apply(ClusterModel cluster) {
      return cluster.putNode(node.object());
    }

    @Override
    public void apply(Map<String, Node> nodes, Map<String, Pod> pods) {
      nodes.put(node.name, node.object());
    }
  }

  record NodeGoes(String name) implements Event {
    @Override
    public Change apply(ClusterModel cluster) {
      return cluster.removeNode(name);
    }

    @Override
    public void apply(Map<String, Node> nodes, Map<String, Pod> pods) {
      nodes.remove(name);
    }
  }

  record PodBecomes(PodWords pod) implements Event {
    @Override
    public Change apply(ClusterModel cluster) {
      return cluster.putPod(pod.object());
    }

    @Override
    public void apply(Map<String, Node> nodes, Map<String, Pod> pods) {
      pods.put(pod.name, pod.object());
    }
  }

  record PodGoes(String name) implements Event {
    @Override
    public Change apply(ClusterModel cluster) {
      return cluster.removePod(TestCluster.NAMESPACE, name);
    }

    @Override
    public void apply(Map<String, Node> nodes, Map<String, Pod> pods) {
      pods.remove(name);
    }
  }

  /** Pods of others, two of them the halves of another ColocatedCache's pairs. */
  private static final String[] OTHERS = {"web", "cart", "cart-redis"};

  private static final String[] NODE_NAMES = {"n1", "n2", "n3", "n4", "n5"};

  private static Arbitrary<NodeWords> node(String name) {
    return Combinators.combine(
            Arbitraries.of("a", "b", "c").injectNull(0.1),
            Arbitraries.of("r", "s"),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(false, false, false, true),
            Arbitraries.of(false, false, false, true))
        .as(
            (zone, rack, memory, cordoned, tainted) ->
                new NodeWords(name, zone, rack, memory, cordoned, tainted));
  }

  private static Arbitrary<PodWords> pod(String name) {
    return Combinators.combine(
            Arbitraries.of(ANCHOR, FOLLOWER, OTHERS[0], OTHERS[1], OTHERS[2]),
            Arbitraries.of(NODE_NAMES),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(true, true, false),
            Arbitraries.of(false, false, true),
            Arbitraries.of(HOSTNAME, "zone").injectNull(0.85))
        .as(
            (app, node, memory, made, terminating, repels) -> {
              boolean own = made && !List.of(OTHERS).contains(app);
              return new PodWords(
                  name, app, node, own ? 1 : memory, own, terminating, own ? null : repels);
            });
  }

  private static Arbitrary<List<PodWords>> pods() {
    List<Arbitrary<PodWords>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(pod("p" + i));
    }
    return Arbitraries.integers()
        .between(0, all.size())
        .flatMap(count -> Combinators.combine(all.subList(0, count)).as(list -> list));
  }

  private static Arbitrary<List<NodeWords>> nodes() {
    return Arbitraries.integers()
        .between(1, NODE_NAMES.length)
        .flatMap(
            count ->
                Combinators.combine(
                        List.of(NODE_NAMES).subList(0, count).stream()
                            .map(PairPropertiesTest::node)
                            .toList())
                    .as(list -> list));
  }

  private static final String[] SINGLE_NODE = {
    "", "tolerations: [{key: t, operator: Exists}]", "nodeSelector: {rack: r}"
  };

  private static final String[] MORE = {
    SINGLE_NODE[0],
    SINGLE_NODE[1],
    SINGLE_NODE[2],
    "topologySpreadConstraints: [{topologyKey: zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule, "
        + "labelSelector: {matchExpressions: [{key: app, operator: In, values: [redis, checkout]}]}}]",
    "topologySpreadConstraints: [{topologyKey: rack, maxSkew: 1, minDomains: 2, nodeTaintsPolicy: Honor, "
        + "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: redis}}}]",
    "topologySpreadConstraints: [{topologyKey: kubernetes.io/hostname, maxSkew: 1, "
        + "whenUnsatisfiable: DoNotSchedule, labelSelector: {}}]"
  };

  @Provide
  Arbitrary<Scenario> scenarios() {
    return Combinators.combine(nodes(), pods(), requests(MORE)).as(Scenario::new);
  }

  private static Arbitrary<PairRequest> requests(String... more) {
    return Combinators.combine(
            Arbitraries.of(HOSTNAME, "zone", "rack"),
            Arbitraries.of(true, false),
            Arbitraries.of(more),
            Arbitraries.of(more))
        .as(
            (key, cacheFirst, ofAnchor, ofFollower) ->
                ShopPairs.request(
                    cacheFirst ? ANCHOR : FOLLOWER,
                    cacheFirst ? FOLLOWER : ANCHOR,
                    key,
                    99,
                    ofAnchor,
                    ofFollower));
  }

  /** Only constraints of single nodes, and the pairs' own affinities. */
  @Provide
  Arbitrary<Scenario> plainScenarios() {
    Arbitrary<List<PodWords>> plainPods =
        pods()
            .map(
                pods ->
                    pods.stream()
                        .filter(
                            pod ->
                                pod.own
                                    || (pod.repels == null && List.of(OTHERS).contains(pod.app)))
                        .toList());
    return Combinators.combine(nodes(), plainPods, requests(SINGLE_NODE)).as(Scenario::new);
  }

  @Provide
  Arbitrary<List<Event>> events() {
    Arbitrary<Event> nodes =
        Arbitraries.of(NODE_NAMES).flatMap(PairPropertiesTest::node).map(NodeBecomes::new);
    Arbitrary<Event> noNodes = Arbitraries.of(NODE_NAMES).map(NodeGoes::new);
    Arbitrary<Event> pods =
        Arbitraries.integers().between(0, 9).flatMap(i -> pod("p" + i)).map(PodBecomes::new);
    Arbitrary<Event> noPods = Arbitraries.integers().between(0, 9).map(i -> new PodGoes("p" + i));
    return Arbitraries.oneOf(nodes, pods, pods, noPods, noNodes).list().ofMinSize(1).ofMaxSize(6);
  }
}
