package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SchedulerTest {

  private static final String PORT_80 = "spec: {containers: [{name: c, ports: [{hostPort: 80}]}]}";

  @Test
  void theFirstPluginThatRejectsTheNodeGivesTheVerdict() {
    String everythingIsWrong =
        """
        metadata: {labels: {app: web}},
        spec: {
          nodeSelector: {disk: ssd},
          containers: [{name: c, resources: {requests: {cpu: 999}}, ports: [{hostPort: 80}]}],
          topologySpreadConstraints: [{maxSkew: 1, topologyKey: none, whenUnsatisfiable: DoNotSchedule}],
          affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: none}]}},
          %s}
        """;
    TestCluster cluster =
        new TestCluster()
            .node("a", "spec: {unschedulable: true, taints: [{key: x, effect: NoSchedule}]}")
            .node("b", "spec: {taints: [{key: x, effect: NoSchedule}]}")
            .node("c", "")
            .node("d", "metadata: {labels: {disk: ssd}}")
            .podOn("d", PORT_80)
            .node("e", "metadata: {labels: {disk: ssd}}");

    assertThat(
            cluster.judge(everythingIsWrong.formatted("")).verdicts().values().stream()
                .map(verdict -> ((Verdict.Rejected) verdict).plugin()))
        .containsExactly(
            "NodeUnschedulable",
            "TaintToleration",
            "NodeAffinity",
            "NodePorts",
            "NodeResourcesFit");
    assertThat(cluster.verdicts(everythingIsWrong.formatted("nodeName: c")).get("b"))
        .startsWith("NodeName");
  }

  @Test
  void theMessageCountsReasonsAndSortsThemAsText() {
    TestCluster cluster = new TestCluster();
    for (int i = 0; i < 13; i++) {
      cluster.node("full-" + i, "status: {allocatable: {pods: 0, cpu: 1, memory: 1Gi}}");
    }
    cluster
        .node("cordoned", "spec: {unschedulable: true}")
        .node("also-cordoned", "spec: {unschedulable: true}")
        .node("tainted", "spec: {taints: [{key: x, effect: NoSchedule}]}");

    assertThat(
            cluster
                .judge("spec: {containers: [{name: c, resources: {requests: {cpu: 2}}}]}")
                .fitError())
        .isEqualTo(
            "0/16 nodes are available: 1 node(s) had untolerated taint(s), 13 Insufficient cpu, "
                + "13 Too many pods, 2 node(s) were unschedulable.");
  }

  @Test
  void thereIsNoMessageWhileSomeNodeFits() {
    TestCluster cluster = new TestCluster().node("a", "spec: {unschedulable: true}").node("b", "");

    assertThat(cluster.judge("").fits()).isTrue();
    assertThat(cluster.judge("").fitError()).isEmpty();
  }

  @Test
  void withoutNodesTheMessageIsAnotherOne() {
    assertThat(new TestCluster().judge("").fitError())
        .isEqualTo("no nodes available to schedule pods");
  }

  @Test
  void roomThatIsPromisedToAPodOfEqualOrHigherPriorityIsTaken() {
    TestCluster cluster = new TestCluster().node("").pod(nominated("priority: 10, "));

    assertThat(cluster.verdict(port80("priority: 10, "))).startsWith("NodePorts");
    assertThat(cluster.verdict(port80("priority: 9, "))).startsWith("NodePorts");
    assertThat(cluster.verdict(port80("priority: 11, "))).isEqualTo("fits");
  }

  @Test
  void promisesAreKeptForPodsInTheQueueOfTheDefaultSchedulerOnly() {
    assertThat(
            new TestCluster()
                .node("")
                .pod(nominated("schedulerName: another, "))
                .verdict(port80("")))
        .isEqualTo("fits");
    assertThat(
            new TestCluster()
                .node("")
                .pod(nominated("schedulingGates: [{name: wait}], "))
                .verdict(port80("")))
        .isEqualTo("fits");
  }

  @Test
  void aPodIsNotInItsOwnWay() {
    ClusterModel cluster = new ClusterModel();
    cluster.putNode(TestCluster.nodeOf("node", ""));
    cluster.putPod(TestCluster.podOf("incoming", nominated("")));

    assertThat(
            new Scheduler(KubernetesVersion.DEFAULT)
                .judge(
                    cluster.snapshot(),
                    IncomingPod.asStored(TestCluster.podOf("incoming", nominated(""))))
                .fits())
        .isTrue();
  }

  @Test
  void aPromisedPodDoesNotStandInForOneThatRuns() {
    String nearRedis =
        """
        spec: {affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
          {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: redis}}}]}}}
        """;
    TestCluster cluster =
        new TestCluster()
            .node("")
            .pod("metadata: {labels: {app: redis}}, status: {nominatedNodeName: node}");

    assertThat(cluster.verdict(nearRedis))
        .as("must pass with the promised pod and without it")
        .startsWith("InterPodAffinity");
  }

  @Test
  void promisedPodsRepelOnlyWhereInterPodAffinityIsLookedAtAnyway() {
    String promised =
        """
        spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
          {topologyKey: kubernetes.io/hostname, labelSelector: {}}]}}},
        status: {nominatedNodeName: node}
        """;
    String withTermsOfItsOwn =
        """
        spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
          {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: none}}}]}}}
        """;

    assertThat(new TestCluster().node("").pod(promised).verdict("")).isEqualTo("fits");
    assertThat(new TestCluster().node("").pod(promised).verdict(withTermsOfItsOwn))
        .startsWith("InterPodAffinity: node(s) didn't satisfy existing pods anti-affinity rules");
  }

  @Test
  void nodesAreInTheOrderOfTheirNames() {
    TestCluster cluster = new TestCluster().node("b", "").node("c", "").node("a", "");

    assertThat(cluster.judge("").verdicts().keySet()).containsExactly("a", "b", "c");
    assertThat(cluster.judge("").verdicts()).isEqualTo(Map.of("a", FITS, "b", FITS, "c", FITS));
  }

  private static final Verdict FITS = new Verdict.Fits();

  private static String nominated(String spec) {
    return port80(spec) + ", status: {nominatedNodeName: node}";
  }

  private static String port80(String spec) {
    return "spec: {" + spec + "containers: [{name: c, ports: [{hostPort: 80}]}]}";
  }
}
