package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.ShopPairs.ANCHOR;
import static dev.colocatedcache.affinity.ShopPairs.FOLLOWER;
import static dev.colocatedcache.affinity.ShopPairs.running;
import static dev.colocatedcache.affinity.ShopPairs.terminating;
import static dev.colocatedcache.affinity.TestCluster.HOSTNAME;
import static dev.colocatedcache.affinity.TestCluster.nodeOf;
import static dev.colocatedcache.affinity.TestCluster.podOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairWatchTest {

  private static final String ROOM_FOR_TWO_PAIRS =
      "metadata: {labels: {zone: a}}, status: {allocatable: {cpu: 4, memory: 4Gi, pods: 110}}";

  private final ClusterModel cluster = new ClusterModel();
  private final PairWatch watch =
      new Pairs(KubernetesVersion.DEFAULT).watch(ShopPairs.request(HOSTNAME, 2));

  @BeforeEach
  void aNode() {
    cluster.putNode(nodeOf("n", ROOM_FOR_TWO_PAIRS));
  }

  private boolean mayChange(Function<ClusterModel, Change> event) {
    Snapshot before = cluster.snapshot();
    Change change = event.apply(cluster);
    return watch.mayChange(change, before, cluster.snapshot());
  }

  private boolean mayChangeByPod(String pod) {
    return mayChange(model -> model.putPod(onNode(podOf("p", pod))));
  }

  private static Pod onNode(Pod pod) {
    pod.getSpec().setNodeName("n");
    return pod;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # a pod that comes to a node with 4Gi, of which a pair takes 2Gi                          | may matter
          spec: {containers: [{resources: {requests: {memory: 2Gi}}}]}                              | no
          spec: {containers: [{resources: {requests: {memory: 3Gi}}}]}                              | yes
          spec: {containers: [{resources: {requests: {cpu: 4}}}]}                                   | no
          spec: {containers: [{ports: [{hostPort: 80}]}]}                                           | no
          metadata: {labels: {app: redis}}                                                          | yes
          metadata: {labels: {app: checkout}}                                                       | yes
          metadata: {labels: {app: web}}                                                            | no
          spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: redis}}}]}}} | yes
          spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}}   | no
          spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}]}}}                     | yes
          """)
  void podsThatCome(String pod, String may) {
    assertThat(mayChangeByPod(pod)).isEqualTo(may.equals("yes"));
  }

  @Test
  void podsThatGo() {
    mayChangeByPod("spec: {containers: [{resources: {requests: {memory: 3Gi}}}]}");
    assertThat(mayChange(model -> model.removePod(TestCluster.NAMESPACE, "p"))).isTrue();

    mayChangeByPod("spec: {containers: [{resources: {requests: {memory: 1Gi}}}]}");
    assertThat(mayChange(model -> model.removePod(TestCluster.NAMESPACE, "p"))).isFalse();
  }

  @Test
  void ownPodsThatComeAndEnd() {
    assertThat(mayChangeByPod(running(ANCHOR))).isTrue();
    assertThat(mayChangeByPod(running(ANCHOR).replace("Running", "Pending"))).isFalse();
    assertThat(mayChangeByPod(terminating(ANCHOR))).isTrue();
  }

  @Test
  void thePairsOwnRoomIsNotTakenByThem() {
    cluster.putPod(onNode(podOf("a", running(ANCHOR))));
    cluster.putPod(onNode(podOf("f", running(FOLLOWER))));

    assertThat(mayChangeByPod("spec: {containers: [{resources: {requests: {memory: 2Gi}}}]}"))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # of the node    | becomes                                                  | may matter
          memory: 4Gi      | memory: 8Gi                                              | no
          memory: 4Gi      | memory: 1Gi                                              | yes
          metadata: {      | spec: {unschedulable: true}, metadata: {                 | yes
          metadata: {      | spec: {taints: [{key: t, effect: NoSchedule}]}, metadata: { | yes
          metadata: {      | spec: {taints: [{key: t, effect: PreferNoSchedule}]}, metadata: { | no
          zone: a          | zone: b                                                  | yes
          """)
  void nodesThatBecomeOthers(String part, String other, String may) {
    assertThat(
            mayChange(model -> model.putNode(nodeOf("n", ROOM_FOR_TWO_PAIRS.replace(part, other)))))
        .isEqualTo(may.equals("yes"));
  }

  @Test
  void nodesThatComeAndGo() {
    assertThat(mayChange(model -> model.putNode(nodeOf("m", "")))).isTrue();
    assertThat(mayChange(model -> model.removeNode("m"))).isTrue();
  }

  @Test
  void podsThatAreNominated() {
    assertThat(mayChange(model -> model.putPod(podOf("p", "status: {nominatedNodeName: n}"))))
        .isTrue();
  }

  @Test
  void taintsWhereTopologySpreadHonorsThem() {
    PairWatch honoring =
        new Pairs(KubernetesVersion.DEFAULT)
            .watch(
                ShopPairs.request(
                    HOSTNAME,
                    2,
                    "tolerations: [{key: t}]",
                    """
                    tolerations: [{key: t}],
                    topologySpreadConstraints: [{topologyKey: zone, maxSkew: 1, nodeTaintsPolicy: Honor,
                      whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: checkout}}}]
                    """));
    Snapshot before = cluster.snapshot();
    Change change =
        cluster.putNode(
            nodeOf("n", "spec: {taints: [{key: t, effect: NoSchedule}]}, " + ROOM_FOR_TWO_PAIRS));

    assertThat(honoring.mayChange(change, before, cluster.snapshot())).isTrue();
  }

  @Test
  void nothingChangesNothing() {
    assertThat(mayChange(model -> model.putNode(nodeOf("n", ROOM_FOR_TWO_PAIRS)))).isFalse();
  }
}
