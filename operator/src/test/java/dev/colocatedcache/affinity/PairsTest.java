package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.ShopPairs.ANCHOR;
import static dev.colocatedcache.affinity.ShopPairs.FOLLOWER;
import static dev.colocatedcache.affinity.ShopPairs.running;
import static dev.colocatedcache.affinity.ShopPairs.terminating;
import static dev.colocatedcache.affinity.TestCluster.HOSTNAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.colocatedcache.affinity.NodeRejection.Role;
import dev.colocatedcache.affinity.Verdict.Code;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairsTest {

  private static final String SMALL = "status: {allocatable: {cpu: 4, memory: 1500Mi, pods: 110}}";
  private static final String CORDONED = "spec: {unschedulable: true}";

  private final TestCluster cluster = new TestCluster();

  private PairEvaluation evaluate(PairRequest request) {
    return new Pairs(KubernetesVersion.DEFAULT).evaluate(cluster.model.snapshot(), request);
  }

  private static Pair onOneNode(String node) {
    return new Pair(node, node, node, false);
  }

  @Nested
  class Counting {

    @ParameterizedTest
    @CsvSource({"v1.34.2, 3", "v1.35.0, 2", "v1.36.3, 2"})
    void zoneAndRegionAreLabelsOfAPodOnceItIsBound(String version, int fits) {
      String zone = "metadata: {labels: {topology.kubernetes.io/zone: %s}}";
      cluster.node("a1", zone.formatted("a")).node("a2", zone.formatted("a"));
      cluster.node("a3", zone.formatted("a")).node("b", zone.formatted("b") + ", " + CORDONED);
      PairRequest request =
          ShopPairs.request(
              TestCluster.HOSTNAME,
              9,
              "topologySpreadConstraints: [{topologyKey: topology.kubernetes.io/zone, maxSkew: 1, "
                  + "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: "
                  + "{app: redis, topology.kubernetes.io/zone: a}}}]",
              "");

      PairEvaluation evaluation =
          new Pairs(KubernetesVersion.parse(version)).evaluate(cluster.model.snapshot(), request);

      assertThat(evaluation.fits()).isEqualTo(fits);
    }

    @Test
    void aNodeHoldsOnePairHoweverManyAreWanted() {
      cluster.node("a", "").node("b", "");

      PairEvaluation evaluation = evaluate(ShopPairs.request(HOSTNAME, 3));

      assertThat(evaluation.nodes()).isEqualTo(2);
      assertThat(evaluation.eligibleNodes()).isEqualTo(2);
      assertThat(evaluation.fits()).isEqualTo(2);
      assertThat(evaluation.pairs()).containsExactly(onOneNode("a"), onOneNode("b"));
      assertThat(evaluation.rejected()).isEmpty();
    }

    @Test
    void noMorePairsAreNamedThanAreWantedButAllAreCounted() {
      cluster.node("a", "").node("b", "").node("c", "");

      PairEvaluation evaluation = evaluate(ShopPairs.request(HOSTNAME, 1));

      assertThat(evaluation.fits()).isEqualTo(3);
      assertThat(evaluation.pairs()).containsExactly(onOneNode("a"));
      assertThat(evaluation.rejected()).isEmpty();
    }

    @Test
    void noneAreWantedNoneAreNamed() {
      cluster.node("a", "");

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 0)).pairs()).isEmpty();
      assertThat(evaluate(ShopPairs.request(HOSTNAME, 0)).fits()).isEqualTo(1);
    }

    @Test
    void anEmptyClusterHoldsNothing() {
      assertThat(evaluate(ShopPairs.request(HOSTNAME, 1)))
          .isEqualTo(
              new PairEvaluation(0, 0, 0, List.of(), List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    void aPairNeedsRoomForBothHalvesTogether() {
      cluster.node("a", SMALL);

      PairEvaluation evaluation = evaluate(ShopPairs.request(HOSTNAME, 1));

      assertThat(evaluation.fits()).isZero();
      assertThat(evaluation.rejected())
          .containsExactly(
              new NodeRejection(
                  "a",
                  Role.PAIR,
                  "NodeResourcesFit",
                  List.of("Insufficient memory"),
                  Code.UNSCHEDULABLE));
      assertThat(evaluation.strandingNodes()).containsExactly("a");
    }

    @Test
    void hostPortsOfTheHalvesMayCollide() {
      cluster.node("a", "");
      String port = "initContainers: [{name: s, restartPolicy: Always, ports: [{hostPort: 80}]}]";

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 1, port, port)).rejected())
          .extracting(NodeRejection::role, NodeRejection::plugin)
          .containsExactly(tuple(Role.PAIR, "NodePorts"));
    }
  }

  @Nested
  class Reasons {

    @Test
    void whatRejectsBothHalvesAlikeIsSaidOnce() {
      cluster.node("a", CORDONED);

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 1)).rejected())
          .containsExactly(
              new NodeRejection(
                  "a",
                  Role.BOTH,
                  "NodeUnschedulable",
                  List.of("node(s) were unschedulable"),
                  Code.UNSCHEDULABLE_AND_UNRESOLVABLE));
    }

    @Test
    void whatRejectsTheAnchorAlone() {
      cluster.node("a", "spec: {taints: [{key: t, effect: NoSchedule}]}");

      assertThat(
              evaluate(
                      ShopPairs.request(
                          HOSTNAME, 1, "", "tolerations: [{key: t, operator: Exists}]"))
                  .rejected())
          .extracting(NodeRejection::role, NodeRejection::plugin)
          .containsExactly(tuple(Role.ANCHOR, "TaintToleration"));
    }

    @Test
    void whatRejectsTheFollowerAloneStrandsAnchors() {
      cluster.node("a", "spec: {taints: [{key: t, effect: NoSchedule}]}");

      PairEvaluation evaluation =
          evaluate(ShopPairs.request(HOSTNAME, 1, "tolerations: [{key: t, operator: Exists}]", ""));

      assertThat(evaluation.rejected())
          .extracting(NodeRejection::role, NodeRejection::plugin)
          .containsExactly(tuple(Role.FOLLOWER, "TaintToleration"));
      assertThat(evaluation.strandingNodes()).containsExactly("a");
    }

    @Test
    void foreignPodsThatRepelAreNamedAsSuch() {
      cluster
          .node("a", "")
          .podOn(
              "a",
              """
              spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
                {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: redis}}}]}}}
              """);

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 1)).rejected())
          .extracting(NodeRejection::role, NodeRejection::reasons)
          .containsExactly(
              tuple(
                  Role.ANCHOR,
                  List.of("node(s) didn't satisfy existing pods anti-affinity rules")));
    }

    @Test
    void aNodeWithoutTheTopologyKeyHoldsNone() {
      cluster.node("a", "metadata: {labels: {zone: a}}").node("nowhere", "");

      PairEvaluation evaluation = evaluate(ShopPairs.request("zone", 2));

      assertThat(evaluation.fits()).isEqualTo(1);
      assertThat(evaluation.rejected())
          .containsExactly(
              new NodeRejection(
                  "nowhere",
                  Role.FOLLOWER,
                  "InterPodAffinity",
                  List.of("node(s) didn't match pod affinity rules"),
                  Code.UNSCHEDULABLE_AND_UNRESOLVABLE));
      assertThat(evaluation.strandingNodes()).containsExactly("nowhere");
    }
  }

  @Nested
  class WithPairsThatRun {

    @Test
    void ownPodsAreNotInTheWay() {
      cluster.node("a", "").podOn("a", running(ANCHOR)).podOn("a", terminating(FOLLOWER));

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 1)).pairs()).containsExactly(onOneNode("a"));
    }

    @Test
    void podsOfTheSameNameInAnotherNamespaceAreForeign() {
      cluster.node("a", SMALL).podOn("a", running(ANCHOR, "namespace: other,"));

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 1)).rejected())
          .extracting(NodeRejection::role)
          .containsExactly(Role.BOTH);
    }

    @Test
    void aPairThatRunsCountsWhateverItsNodeIsLikeNow() {
      cluster
          .node("a", "")
          .node("b", CORDONED)
          .podOn("b", running(ANCHOR))
          .podOn("b", running(FOLLOWER));

      PairEvaluation evaluation = evaluate(ShopPairs.request(HOSTNAME, 2));

      assertThat(evaluation.pairs()).containsExactly(new Pair("b", "b", "b", true), onOneNode("a"));
      assertThat(evaluation.eligibleNodes()).isEqualTo(2);
      assertThat(evaluation.rejected()).isEmpty();
    }

    @Test
    void butWouldNotComeBackThereOnceReplaced() {
      cluster
          .node("a", "")
          .podOn("a", running(ANCHOR))
          .podOn("a", running(FOLLOWER))
          .node("b", CORDONED)
          .podOn("b", running(ANCHOR))
          .podOn("b", running(FOLLOWER));

      PairEvaluation anew =
          new Pairs(KubernetesVersion.DEFAULT)
              .evaluateAnew(cluster.model.snapshot(), ShopPairs.request(HOSTNAME, 2));

      assertThat(anew.pairs()).containsExactly(onOneNode("a"));
      assertThat(anew.rejected()).extracting(NodeRejection::node).containsExactly("b");
    }

    @Test
    void untilEitherHalfIsDeleted() {
      cluster
          .node("a", "")
          .node("b", CORDONED)
          .podOn("b", running(ANCHOR))
          .podOn("b", terminating(FOLLOWER));

      PairEvaluation evaluation = evaluate(ShopPairs.request(HOSTNAME, 2));

      assertThat(evaluation.pairs()).containsExactly(onOneNode("a"));
      assertThat(evaluation.rejected()).extracting(NodeRejection::node).containsExactly("b");
    }

    @Test
    void anEndedHalfIsNone() {
      cluster
          .node("b", CORDONED)
          .podOn("b", running(ANCHOR))
          .podOn("b", running(FOLLOWER).replace("Running", "Failed"));

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 2)).fits()).isZero();
    }

    @Test
    void anchorsStayWhereTheyRunBeforeEmptyNodesAreTaken() {
      cluster
          .node("a", "")
          .node("b", "")
          .node("c", "")
          .podOn("b", running(FOLLOWER))
          .podOn("c", running(ANCHOR));

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 3)).pairs())
          .containsExactly(onOneNode("c"), onOneNode("b"), onOneNode("a"));
    }

    @Test
    void anAnchorWhoseFollowerDoesNotFitIsMisplaced() {
      cluster
          .node("a", SMALL)
          .podOn("a", running(ANCHOR))
          .node("b", "")
          .podOn("b", running(ANCHOR));

      PairEvaluation evaluation = evaluate(ShopPairs.request(HOSTNAME, 2));

      assertThat(evaluation.misplacedAnchors()).containsExactly("a");
      assertThat(evaluation.pairs()).containsExactly(onOneNode("b"));
    }

    @Test
    void anAnchorThatLeavesIsNotMisplaced() {
      cluster.node("a", SMALL).podOn("a", terminating(ANCHOR));

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 2)).misplacedAnchors()).isEmpty();
    }

    @Test
    void anAnchorIsNotMisplacedWhereItsFollowerStillFits() {
      cluster.node("a", CORDONED).podOn("a", running(ANCHOR));

      PairEvaluation evaluation =
          evaluate(
              ShopPairs.request(
                  HOSTNAME,
                  1,
                  "",
                  "tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists}]"));

      assertThat(evaluation.fits()).isZero();
      assertThat(evaluation.misplacedAnchors()).isEmpty();
    }
  }

  @Nested
  class OverZones {

    private static final String ZONE_A = "metadata: {labels: {zone: a}}, ";

    @Test
    void theHalvesMaySitOnTwoNodes() {
      cluster.node("a1", ZONE_A + SMALL).node("a2", ZONE_A + SMALL);

      PairEvaluation evaluation = evaluate(ShopPairs.request("zone", 2));

      assertThat(evaluation.pairs()).containsExactly(new Pair("a", "a1", "a2", false));
      assertThat(evaluation.rejected()).isEmpty();
    }

    @Test
    void ifNotThisAnchorThenAnother() {
      cluster
          .node("a1", ZONE_A + "status: {allocatable: {cpu: 4, memory: 4Gi, pods: 110}}")
          .node("a2", ZONE_A + SMALL);

      assertThat(evaluate(ShopPairs.request("zone", 1, "", "overhead: {memory: 3Gi}")).pairs())
          .as("the follower needs all of a1")
          .containsExactly(new Pair("a", "a2", "a1", false));
    }

    @Test
    void aPairThatRunsOnTwoNodesIsKept() {
      cluster
          .node("a1", ZONE_A + CORDONED)
          .node("a2", ZONE_A + CORDONED)
          .podOn("a2", running(ANCHOR))
          .podOn("a1", running(FOLLOWER));

      assertThat(evaluate(ShopPairs.request("zone", 2)).pairs())
          .containsExactly(new Pair("a", "a2", "a1", true));
    }

    @Test
    void ofSeveralThatRunThePairOnOneNodeIsKept() {
      cluster
          .node("a1", ZONE_A)
          .node("a2", ZONE_A)
          .podOn("a1", running(ANCHOR))
          .podOn("a2", running(ANCHOR))
          .podOn("a2", running(FOLLOWER));

      assertThat(evaluate(ShopPairs.request("zone", 2)).pairs())
          .containsExactly(new Pair("a", "a2", "a2", true));
    }
  }

  @Nested
  class WithTopologySpread {

    private static final String SPREAD =
        """
        topologySpreadConstraints: [{topologyKey: zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule,
          labelSelector: {matchLabels: {app: checkout}}}]
        """;

    @Test
    void pairsGoOnInTurnsUntilTheFullestZoneIsTooFull() {
      for (String node : List.of("a1", "a2", "a3", "a4", "b1", "b2")) {
        cluster.node(node, "metadata: {labels: {zone: " + node.charAt(0) + "}}");
      }

      PairEvaluation evaluation = evaluate(ShopPairs.request(HOSTNAME, 9, "", SPREAD));

      assertThat(evaluation.pairs())
          .extracting(Pair::domain)
          .containsExactlyInAnyOrder("a1", "a2", "a3", "b1", "b2");
      assertThat(evaluation.rejected())
          .containsExactly(
              new NodeRejection(
                  "a4",
                  Role.FOLLOWER,
                  "PodTopologySpread",
                  List.of("node(s) didn't match pod topology spread constraints"),
                  Code.UNSCHEDULABLE));
      assertThat(evaluation.strandingNodes()).containsExactly("a4");
    }

    @Test
    void aZoneThatIsFullHoldsTheOthersBack() {
      cluster
          .node("a1", "metadata: {labels: {zone: a}}")
          .node("a2", "metadata: {labels: {zone: a}}")
          .node("b1", "metadata: {labels: {zone: b}}, " + SMALL);

      assertThat(evaluate(ShopPairs.request(HOSTNAME, 9, "", SPREAD)).pairs())
          .containsExactly(onOneNode("a1"));
    }
  }

  @Test
  void aPairMayOpenADomainThatWasClosedBefore() {
    cluster
        .node("a1", "metadata: {labels: {region: r2, zone: c}}")
        .node("b1", "metadata: {labels: {region: r1, zone: b}}, " + SMALL)
        .node("c1", "metadata: {labels: {region: r1, zone: c}}")
        .podOn("b1", "metadata: {labels: {app: seed}}");
    PairRequest request = ShopPairs.request("region", 3);
    IncomingPod nearSeedOrCheckout =
        IncomingPod.asStored(
            TestCluster.podOf(
                "anchor",
                """
                metadata: {labels: {app: redis}}, spec: {
                  containers: [{name: c, resources: {requests: {memory: 1Gi}}}],
                  affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone,
                    labelSelector: {matchExpressions: [{key: app, operator: In, values: [seed, checkout]}]}}]}}}
                """));

    PairEvaluation evaluation =
        evaluate(
            new PairRequest(
                TestCluster.NAMESPACE,
                nearSeedOrCheckout,
                request.follower(),
                ANCHOR,
                FOLLOWER,
                "region",
                3));

    assertThat(evaluation.pairs())
        .as("the follower of r1 goes to zone c, and lets an anchor of r2 in")
        .containsExactly(new Pair("r1", "b1", "c1", false), new Pair("r2", "a1", "a1", false));
  }
}
