package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaintTolerationTest {

  private static final String REJECTED =
      "TaintToleration: node(s) had untolerated taint(s), UnschedulableAndUnresolvable";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          # the node's taint                           | the pod's toleration                                    | tolerated
          {key: spot, effect: NoSchedule}              |                                                         | no
          {key: spot, effect: NoExecute}               |                                                         | no
          {key: spot, effect: PreferNoSchedule}        |                                                         | yes
          {key: spot, effect: NoSchedule}              | {key: spot, operator: Exists, effect: NoSchedule}       | yes
          {key: spot, effect: NoSchedule}              | {key: spot, operator: Exists, effect: NoExecute}        | no
          {key: spot, effect: NoSchedule}              | {key: spot, operator: Exists}                           | yes
          {key: spot, effect: NoExecute}               | {key: spot, operator: Exists}                           | yes
          {key: spot, effect: NoSchedule}              | {operator: Exists}                                      | yes
          {key: spot, effect: NoSchedule}              | {key: other, operator: Exists}                          | no
          {key: spot, value: a, effect: NoSchedule}    | {key: spot, operator: Exists}                           | yes
          {key: spot, value: a, effect: NoSchedule}    | {key: spot, operator: Equal, value: a}                  | yes
          {key: spot, value: a, effect: NoSchedule}    | {key: spot, value: a}                                   | yes
          {key: spot, value: a, effect: NoSchedule}    | {key: spot, value: b}                                   | no
          {key: spot, effect: NoSchedule}              | {key: spot}                                             | yes
          {key: spot, value: a, effect: NoSchedule}    | {key: spot}                                             | no
          {key: spot, value: a, effect: NoSchedule}    | {value: a}                                              | yes
          {key: load, value: '5', effect: NoSchedule}  | {key: load, operator: Lt, value: '9'}                   | no
          {key: load, value: '5', effect: NoSchedule}  | {key: load, operator: Gt, value: '1'}                   | no
          """)
  void oneTaintAndOneToleration(String taint, String toleration, String tolerated) {
    TestCluster cluster = new TestCluster().node("spec: {taints: [" + taint + "]}");

    String verdict =
        cluster.verdict(toleration == null ? "" : "spec: {tolerations: [" + toleration + "]}");

    assertThat(verdict).isEqualTo(tolerated.equals("yes") ? "fits" : REJECTED);
  }

  @Test
  void everyTaintThatRepelsIsToBeTolerated() {
    TestCluster cluster =
        new TestCluster()
            .node(
                """
                spec: {taints: [
                  {key: soft, effect: PreferNoSchedule},
                  {key: spot, effect: NoSchedule},
                  {key: gpu, value: "yes", effect: NoExecute}]}
                """);

    assertThat(cluster.verdict("spec: {tolerations: [{key: spot, operator: Exists}]}"))
        .isEqualTo(REJECTED);
    assertThat(
            cluster.verdict(
                "spec: {tolerations: [{key: spot, operator: Exists}, {key: gpu, value: \"yes\"}]}"))
        .isEqualTo("fits");
  }

  @ParameterizedTest
  @CsvSource({
    "v1.33.5, node(s) had untolerated taint {gpu: a}",
    "v1.34.1, node(s) had untolerated taint {gpu: a}",
    "v1.34.2, node(s) had untolerated taint(s)",
    "v1.34.4-gke.100, node(s) had untolerated taint(s)",
    "v1.34, node(s) had untolerated taint(s)",
    "v1.35.0, node(s) had untolerated taint(s)",
  })
  void until1341TheFirstTaintIsNamed(String version, String reason) {
    TestCluster cluster =
        new TestCluster()
            .node(
                "spec: {taints: [{key: soft, effect: PreferNoSchedule}, {key: gpu, value: a, effect: NoSchedule}]}");

    PodJudgement judgement =
        new Scheduler(KubernetesVersion.parse(version))
            .judge(
                cluster.model.snapshot(), IncomingPod.asStored(TestCluster.podOf("incoming", "")));

    assertThat(judgement.fitError()).isEqualTo("0/1 nodes are available: 1 " + reason + ".");
  }
}
