package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeAffinityTest {

  private static final String REJECTED =
      "NodeAffinity: node(s) didn't match Pod's node affinity/selector, UnschedulableAndUnresolvable";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # the node's labels | the required expression                            | matches
          disk: ssd           | {key: disk, operator: In, values: [ssd, nvme]}     | yes
          disk: hdd           | {key: disk, operator: In, values: [ssd, nvme]}     | no
                              | {key: disk, operator: In, values: [ssd]}           | no
          disk: ssd           | {key: disk, operator: NotIn, values: [ssd]}        | no
          disk: hdd           | {key: disk, operator: NotIn, values: [ssd]}        | yes
                              | {key: disk, operator: NotIn, values: [ssd]}        | yes
          disk: ssd           | {key: disk, operator: Exists}                      | yes
          disk: ''            | {key: disk, operator: Exists}                      | yes
                              | {key: disk, operator: Exists}                      | no
          disk: ssd           | {key: disk, operator: DoesNotExist}                | no
                              | {key: disk, operator: DoesNotExist}                | yes
          cores: '8'          | {key: cores, operator: Gt, values: ['4']}          | yes
          cores: '4'          | {key: cores, operator: Gt, values: ['4']}          | no
          cores: '8'          | {key: cores, operator: Lt, values: ['9']}          | yes
          cores: '010'        | {key: cores, operator: Lt, values: ['11']}         | yes
          cores: '10'         | {key: cores, operator: Gt, values: ['09']}         | yes
          cores: many         | {key: cores, operator: Gt, values: ['4']}          | no
          cores: many         | {key: cores, operator: Lt, values: ['4']}          | no
                              | {key: cores, operator: Gt, values: ['4']}          | no
          cores: '8'          | {key: cores, operator: Gt, values: [few]}          | no
          cores: '8'          | {key: cores, operator: Gt, values: ['1', '2']}     | no
          cores: '8'          | {key: cores, operator: Gt, values: ['-1']}         | no
          cores: '99999999999999999999' | {key: cores, operator: Gt, values: ['4']} | no
          disk: ssd           | {key: disk, operator: In, values: []}              | no
          disk: ssd           | {key: disk, operator: Exists, values: [ssd]}       | no
          disk: ssd           | {key: disk, operator: in, values: [ssd]}           | no
          'no key!': ssd      | {key: 'no key!', operator: Exists}                 | no
          """)
  void oneExpression(String labels, String expression, String matches) {
    TestCluster cluster =
        new TestCluster().node("metadata: {labels: {" + (labels == null ? "" : labels) + "}}");

    assertThat(cluster.verdict(required("{matchExpressions: [" + expression + "]}")))
        .isEqualTo(matches.equals("yes") ? "fits" : REJECTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # required terms, on a node n1 with disk=ssd                                                            | matches
          {matchExpressions: [{key: disk, operator: Exists}, {key: rack, operator: Exists}]}                      | no
          {matchExpressions: [{key: rack, operator: Exists}]}, {matchExpressions: [{key: disk, operator: Exists}]} | yes
          {matchExpressions: [{key: disk, operator: Bogus}]}, {matchExpressions: [{key: disk, operator: Exists}]}  | yes
                                                                                                                  | no
          {}                                                                                                      | no
          {}, {matchExpressions: [{key: disk, operator: Exists}]}                                                 | yes
          {matchFields: [{key: metadata.name, operator: In, values: [n1]}]}                                       | yes
          {matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]}                                    | no
          {matchFields: [{key: metadata.name, operator: NotIn, values: [n2]}]}                                    | yes
          {matchFields: [{key: metadata.name, operator: NotIn, values: [n2, n3]}]}                                | no
          {matchFields: [{key: spec.x, operator: NotIn, values: [n1]}]}                                           | yes
          """)
  void termsAreAlternativesAndEmptyOnesMatchNothing(String terms, String matches) {
    TestCluster cluster = new TestCluster().node("n1", "metadata: {labels: {disk: ssd}}");

    assertThat(cluster.verdict(required(terms == null ? "" : terms)))
        .isEqualTo(matches.equals("yes") ? "fits" : REJECTED);
  }

  @Test
  void nodeSelectorAndAffinityAreBothToMatch() {
    TestCluster cluster =
        new TestCluster()
            .node("a", "metadata: {labels: {disk: ssd}}")
            .node("b", "metadata: {labels: {disk: ssd, rack: r1}}")
            .node("c", "metadata: {labels: {rack: r1}}");

    assertThat(
            cluster.verdicts(
                """
                spec: {nodeSelector: {disk: ssd}, affinity: {nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
                    {matchExpressions: [{key: rack, operator: Exists}]}]}}}}
                """))
        .isEqualTo(Map.of("a", REJECTED, "b", "fits", "c", REJECTED));
  }

  @Test
  void whereEveryTermNamesNodesAllOthersAreOutBeforeAnyFilter() {
    TestCluster cluster =
        new TestCluster().node("a", "").node("b", "").node("c", "spec: {unschedulable: true}");

    PodJudgement judgement = cluster.judge(required(naming("a") + "," + naming("gone")));

    assertThat(judgement.verdicts().get("a").fits()).isTrue();
    assertThat(TestCluster.words(judgement.verdicts().get("c")))
        .isEqualTo(
            "NodeAffinity: node(s) didn't satisfy plugin(s) [NodeAffinity], UnschedulableAndUnresolvable");
    assertThat(cluster.judge(required(naming("gone"))).fitError())
        .isEqualTo("0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity].");
  }

  @Test
  void oneTermThatNamesNoNodeLeavesAllInQuestion() {
    TestCluster cluster =
        new TestCluster().node("a", "").node("b", "metadata: {labels: {disk: ssd}}");

    assertThat(
            cluster.verdicts(
                required(
                    naming("a")
                        + ", {matchExpressions: [{key: disk, operator: In, values: [ssd]}]}")))
        .isEqualTo(Map.of("a", "fits", "b", "fits"));
  }

  @Test
  void namesThatExcludeEachOtherRejectThePodAsAWhole() {
    TestCluster cluster = new TestCluster().node("a", "").node("b", "");

    PodJudgement judgement =
        cluster.judge(
            required(
                """
                {matchFields: [
                  {key: metadata.name, operator: In, values: [a]},
                  {key: metadata.name, operator: In, values: [b]}]}
                """));

    assertThat(judgement.fitError())
        .isEqualTo("0/2 nodes are available: pod affinity terms conflict.");
    assertThat(TestCluster.words(judgement.verdicts().get("a")))
        .isEqualTo("NodeAffinity: pod affinity terms conflict, UnschedulableAndUnresolvable");
  }

  private static String naming(String node) {
    return "{matchFields: [{key: metadata.name, operator: In, values: [" + node + "]}]}";
  }

  private static String required(String terms) {
    return "spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        + "{nodeSelectorTerms: ["
        + terms
        + "]}}}}";
  }
}
