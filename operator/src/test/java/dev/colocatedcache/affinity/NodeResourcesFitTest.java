package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeResourcesFitTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # allocatable                                | taken                      | wanted                                | short of                                      | even if it were empty
          cpu: 1                                       | cpu: 600m                  | cpu: 400m                             |                                               |
          cpu: 1                                       | cpu: 600m                  | cpu: 401m                             | Insufficient cpu                              | no
          cpu: 1                                       | cpu: 600m                  | cpu: 1001m                            | Insufficient cpu                              | yes
          cpu: 1                                       | cpu: 3                     | cpu: 0                                |                                               |
          cpu: 1                                       | cpu: 3                     | memory: 1Gi                           | Insufficient memory                           | yes
          cpu: 1, memory: 1Gi                          | cpu: 3                     | memory: 1Gi                           |                                               |
          cpu: 1, memory: 1Gi                          |                            | cpu: 2, memory: 2Gi                   | Insufficient cpu, Insufficient memory         | yes
          cpu: 1, memory: 1Gi                          | memory: 1Gi                | cpu: 2, memory: 1Gi                   | Insufficient cpu, Insufficient memory         | yes
          memory: 1Gi                                  |                            | memory: '1073741823.5'                |                                               |
          memory: 1Gi                                  | memory: 1Mi                | memory: 1Gi                           | Insufficient memory                           | no
          ephemeral-storage: 10Gi                      | ephemeral-storage: 9Gi     | ephemeral-storage: 2Gi                | Insufficient ephemeral-storage                | no
          nvidia.com/gpu: 2                            | nvidia.com/gpu: 1          | nvidia.com/gpu: 2                     | Insufficient nvidia.com/gpu                   | no
                                                       |                            | nvidia.com/gpu: 1                     | Insufficient nvidia.com/gpu                   | yes
                                                       |                            | nvidia.com/gpu: 0                     |                                               |
          hugepages-2Mi: 4Mi                           |                            | hugepages-2Mi: 6Mi                    | Insufficient hugepages-2Mi                    | yes
                                                       |                            | attachable-volumes-aws: 1             | Insufficient attachable-volumes-aws           | yes
                                                       |                            | kubernetes.io/batch: 1                | Insufficient kubernetes.io/batch              | yes
                                                       |                            | unknown: 1                            |                                               |
                                                       |                            | requests.example.com/x: 1             |                                               |
                                                       |                            | example.com/not a name: 1             |                                               |
          cpu: 1                                       |                            | z.com/a: 1, cpu: 2, a.com/z: 1        | Insufficient cpu, Insufficient a.com/z, Insufficient z.com/a | yes
          """)
  void onePodBesideAnother(
      String allocatable, String taken, String wanted, String shortOf, String evenIfEmpty) {
    TestCluster cluster =
        new TestCluster()
            .node("status: {allocatable: {pods: 2, " + text(allocatable) + "}}")
            .podOn("node", requesting(text(taken)));

    assertThat(cluster.verdict(requesting(wanted)))
        .isEqualTo(shortOf == null ? "fits" : rejected(shortOf, evenIfEmpty.equals("yes")));
  }

  @Test
  void podsAreCountedWhateverTheyAskFor() {
    TestCluster cluster =
        new TestCluster().node("status: {allocatable: {pods: 1, cpu: 1}}").podOn("node", "");

    assertThat(cluster.verdict("")).isEqualTo(rejected("Too many pods", false));
    assertThat(cluster.verdict(requesting("cpu: 2")))
        .isEqualTo(rejected("Too many pods, Insufficient cpu", true));
  }

  @ParameterizedTest
  @CsvSource({"2147483648", "4294967297", "9223372036854775807", "300k"})
  void aNodeMayAllowMorePodsThanAnIntCounts(String pods) {
    TestCluster cluster = new TestCluster().node("status: {allocatable: {pods: " + pods + "}}");

    assertThat(cluster.podOn("node", "").verdict("")).isEqualTo("fits");
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "-2147483649"})
  void aNodeMayAllowNoPodAtAll(String pods) {
    TestCluster cluster = new TestCluster().node("status: {allocatable: {pods: " + pods + "}}");

    assertThat(cluster.verdict("")).isEqualTo(rejected("Too many pods", false));
  }

  @Test
  void capacityIsNotAllocatable() {
    assertThat(new TestCluster().node("status: {capacity: {cpu: 8, pods: 110}}").verdict(""))
        .isEqualTo(rejected("Too many pods", false));
  }

  @Test
  void podsOnUnknownNodesAreNowhere() {
    TestCluster cluster =
        new TestCluster()
            .node("status: {allocatable: {pods: 1, cpu: 1}}")
            .podOn("gone", requesting("cpu: 1"));

    assertThat(cluster.verdict(requesting("cpu: 1"))).isEqualTo("fits");
  }

  private static String text(String column) {
    return column == null ? "" : column;
  }

  private static String requesting(String requests) {
    return "spec: {containers: [{name: c, resources: {requests: {" + requests + "}}}]}";
  }

  private static String rejected(String reasons, boolean evenIfEmpty) {
    return "NodeResourcesFit: "
        + reasons
        + (evenIfEmpty ? ", UnschedulableAndUnresolvable" : ", Unschedulable");
  }
}
