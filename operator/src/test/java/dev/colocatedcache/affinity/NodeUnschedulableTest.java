package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeUnschedulableTest {

  private static final String REJECTED =
      "NodeUnschedulable: node(s) were unschedulable, UnschedulableAndUnresolvable";
  private static final String TAINT = "{key: node.kubernetes.io/unschedulable, effect: NoSchedule}";

  @Test
  void aCordonedNodeIsRejected() {
    assertThat(new TestCluster().node("spec: {unschedulable: true}").verdict(""))
        .isEqualTo(REJECTED);
  }

  @Test
  void itsTaintAloneIsTheBusinessOfTaints() {
    assertThat(new TestCluster().node("spec: {taints: [" + TAINT + "]}").verdict(""))
        .isEqualTo(
            "TaintToleration: node(s) had untolerated taint(s), UnschedulableAndUnresolvable");
  }

  @Test
  void whoToleratesTheTaintToleratesTheCordon() {
    TestCluster cluster =
        new TestCluster().node("spec: {unschedulable: true, taints: [" + TAINT + "]}");

    assertThat(
            cluster.verdict(
                "spec: {tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists}]}"))
        .isEqualTo("fits");
    assertThat(cluster.verdict("spec: {tolerations: [{operator: Exists}]}")).isEqualTo("fits");
    assertThat(
            cluster.verdict(
                "spec: {tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists, effect: NoExecute}]}"))
        .isEqualTo(REJECTED);
  }
}
