package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.TestCluster.nodeOf;
import static dev.colocatedcache.affinity.TestCluster.podOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterModelTest {

  private static final String NODE =
      """
      metadata: {labels: {zone: a}}, spec: {taints: [{key: spot, effect: NoSchedule}]},
      status: {allocatable: {cpu: 4, pods: 110}, conditions: [{type: Ready, status: "True"}]}
      """;
  private static final String POD =
      """
      metadata: {labels: {app: web}}, spec: {nodeName: n, containers: [{name: c, resources: {requests: {cpu: 1}}}]},
      status: {phase: Pending}
      """;

  private final ClusterModel cluster = new ClusterModel();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # of a node                             | becomes                                  | and verdicts may
          type: Ready, status: "True"             | type: Ready, status: "False"             | not change
          zone: a                                 | zone: b                                  | change
          key: spot                               | key: dedicated                           | change
          cpu: 4                                  | cpu: 5                                   | change
          cpu: 4                                  | cpu: 4000m                               | not change
          spec: {                                 | spec: {unschedulable: true,              | change
          metadata: {                             | metadata: {annotations: {beat: once},    | not change
          """)
  void whatMattersOfANode(String part, String other, String may) {
    cluster.putNode(nodeOf("n", NODE));

    Change change = cluster.putNode(nodeOf("n", NODE.replace(part, other)));

    assertThat(change).isEqualTo(may.equals("change") ? Change.of("n") : Change.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # of a pod                              | becomes                                                     | and verdicts may
          phase: Pending                          | phase: Running, conditions: [{type: Ready, status: "True"}] | not change
          phase: Pending                          | phase: Succeeded                                            | change
          phase: Pending                          | phase: Failed                                               | change
          app: web                                | app: api                                                    | change
          metadata: {                             | metadata: {deletionTimestamp: now,                          | change
          metadata: {                             | metadata: {annotations: {a: b},                             | not change
          cpu: 1                                  | cpu: 2                                                      | change
          phase: Pending                          | containerStatuses: [{name: c, resources: {requests: {cpu: 1}}}] | not change
          phase: Pending                          | containerStatuses: [{name: c, resources: {requests: {cpu: 2}}}] | change
          nodeName: n,                            |                                                             | change
          """)
  void whatMattersOfAPod(String part, String other, String may) {
    cluster.putNode(nodeOf("n", NODE));
    cluster.putPod(podOf("p", POD));

    Change change = cluster.putPod(podOf("p", POD.replace(part, other == null ? "" : other)));

    assertThat(change).isEqualTo(may.equals("change") ? Change.of("n") : Change.NONE);
  }

  @Test
  void podsThatComeAndGoTouchTheirNode() {
    cluster.putNode(nodeOf("n", NODE));
    cluster.putNode(nodeOf("m", NODE));

    assertThat(cluster.putPod(podOf("p", POD))).isEqualTo(Change.of("n"));
    assertThat(cluster.putPod(podOf("p", POD.replace("nodeName: n", "nodeName: m"))).nodes())
        .containsExactlyInAnyOrder("n", "m");
    assertThat(cluster.removePod(TestCluster.NAMESPACE, "p")).isEqualTo(Change.of("m"));
    assertThat(cluster.removePod(TestCluster.NAMESPACE, "p")).isEqualTo(Change.NONE);
    assertThat(cluster.putPod(podOf("waiting", ""))).isEqualTo(Change.NONE);
  }

  @Test
  void readinessIsKnownAllTheSame() {
    cluster.putNode(nodeOf("n", NODE));
    cluster.putPod(podOf("p", POD));

    cluster.putPod(
        podOf(
            "p",
            POD.replace(
                "phase: Pending",
                "phase: Running, conditions: [{type: Ready, status: \"True\"}]")));

    assertThat(cluster.snapshot().node("n").pods())
        .singleElement()
        .satisfies(
            pod -> {
              assertThat(pod.ready()).isTrue();
              assertThat(pod.phase()).isEqualTo(PodInfo.Phase.RUNNING);
            });
  }

  @Test
  void podsMayComeBeforeTheirNodeAndOutliveIt() {
    assertThat(cluster.putPod(podOf("p", POD))).isEqualTo(Change.NONE);
    assertThat(cluster.snapshot().nodes()).isEmpty();

    cluster.putNode(nodeOf("n", NODE));
    assertThat(cluster.snapshot().node("n").pods()).extracting(PodInfo::name).containsExactly("p");

    assertThat(cluster.removeNode("n")).isEqualTo(Change.of("n"));
    assertThat(cluster.snapshot().nodes()).isEmpty();

    cluster.putNode(nodeOf("n", NODE));
    assertThat(cluster.snapshot().node("n").pods()).extracting(PodInfo::name).containsExactly("p");
  }

  @Test
  void aPodWithAntiAffinityInAWiderDomainMayMatterAnywhere() {
    cluster.putNode(nodeOf("n", NODE));
    String term =
        """
        spec: {nodeName: n, affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
          {topologyKey: %s, labelSelector: {}}]}}}
        """;

    assertThat(cluster.putPod(podOf("p", term.formatted("kubernetes.io/hostname"))).clusterWide())
        .isFalse();
    assertThat(cluster.putPod(podOf("q", term.formatted("zone"))).clusterWide()).isTrue();
    assertThat(cluster.removePod(TestCluster.NAMESPACE, "q").clusterWide()).isTrue();
  }

  @Test
  void theLabelsOfANamespaceMayMatterAnywhere() {
    assertThat(cluster.putNamespace(namespace("{a: b}")).clusterWide()).isTrue();
    assertThat(cluster.putNamespace(namespace("{a: b}"))).isEqualTo(Change.NONE);
    assertThat(cluster.putNamespace(namespace("{}")).clusterWide()).isTrue();
    assertThat(cluster.removeNamespace("ns").clusterWide()).isTrue();
    assertThat(cluster.removeNamespace("ns")).isEqualTo(Change.NONE);
  }

  @Test
  void aSnapshotStaysAsItWasAndSharesWhatDidNotChange() {
    cluster.putNode(nodeOf("n", NODE));
    cluster.putNode(nodeOf("m", NODE));
    Snapshot before = cluster.snapshot();

    cluster.putPod(podOf("p", POD));
    Snapshot after = cluster.snapshot();

    assertThat(before.node("n").pods()).isEmpty();
    assertThat(after.node("n").pods()).hasSize(1);
    assertThat(after.node("m")).isSameAs(before.node("m"));
    assertThat(cluster.snapshot()).isSameAs(after);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # owner's name | kind       | controller | template hash | made by
          web-5d9f       | ReplicaSet | true       | 5d9f          | web
          web-app-5d9f   | ReplicaSet | true       | 5d9f          | web-app
          web-5d9f       | ReplicaSet | true       | other         |
          web-5d9f       | ReplicaSet | false      | 5d9f          |
          web-5d9f       | Job        | true       | 5d9f          |
          """)
  void theDeploymentThatMadeAPod(
      String owner, String kind, boolean controller, String hash, String deployment) {
    cluster.putNode(nodeOf("n", ""));
    cluster.putPod(
        podOf(
            "p",
            """
            metadata: {labels: {pod-template-hash: %s}, ownerReferences: [{kind: %s, name: %s, controller: %s}]},
            spec: {nodeName: n}
            """
                .formatted(hash, kind, owner, controller)));

    assertThat(cluster.snapshot().node("n").pods())
        .extracting(PodInfo::deployment)
        .containsExactly(deployment);
  }

  @Test
  void whatCannotBeReadIsRefusedByNameAndLeavesTheModelAsItWas() {
    cluster.putNode(nodeOf("n", ""));
    cluster.putPod(podOf("p", POD));
    Snapshot before = cluster.snapshot();

    assertThatThrownBy(() -> cluster.putNode(nodeOf("n", "status: {allocatable: {cpu: many}}")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("Node n: resource cpu: \"many\" is not a quantity such as 500m or 1.5Gi");
    assertThatThrownBy(() -> cluster.putPod(podOf("p", POD.replace("cpu: 1", "cpu: 1cpu"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("Pod shop/p: resource cpu: \"1cpu\"");
    assertThatThrownBy(() -> cluster.putNode(new Node()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("a Node has no metadata.name");
    assertThatThrownBy(() -> cluster.putPod(new Pod()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("a Pod has no metadata.name");
    assertThat(cluster.snapshot()).isSameAs(before);
  }

  private static Namespace namespace(String labels) {
    return Yaml.read("{metadata: {name: ns, labels: " + labels + "}}", Namespace.class);
  }

  @Test
  void nodesThatAreAwayCanBeThoughtOfAsThere() {
    String notReady =
        NODE.replace(
            "key: spot", "key: spot, effect: NoSchedule}, {key: node.kubernetes.io/not-ready");
    cluster.putNode(nodeOf("n", NODE));
    cluster.putPod(podOf("p", POD));
    cluster.putNode(nodeOf("m", notReady));
    NodeInfo before = cluster.snapshot().node("n");
    cluster.removeNode("n");

    Snapshot there = cluster.snapshotWith(List.of("n", "m", "unknown"));

    assertThat(there.nodes()).extracting(NodeInfo::name).containsExactly("m", "n");
    assertThat(there.node("n").pods()).isEqualTo(before.pods());
    assertThat(there.node("n").taints()).isEqualTo(before.taints());
    assertThat(there.node("m").taints()).isEqualTo(before.taints());
    assertThat(there.topology("zone").size()).isOne();
    assertThat(cluster.snapshot().nodes()).extracting(NodeInfo::name).containsExactly("m");

    cluster.removePod("shop", "p");
    assertThat(cluster.snapshotWith(List.of("n")).node("n").pods()).isEmpty();
    cluster.forgetNode("n");
    assertThat(cluster.snapshotWith(List.of("n")).node("n")).isNull();
  }
}
