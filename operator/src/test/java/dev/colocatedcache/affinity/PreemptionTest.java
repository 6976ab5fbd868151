package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.TestCluster.HOSTNAME;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Room that pods of lower priority hold")
class PreemptionTest {
  private static final String THREE_GI = "status: {allocatable: {cpu: 4, memory: 3Gi, pods: 110}}";

  private final TestCluster cluster = new TestCluster();
  private final Pairs pairs = new Pairs(KubernetesVersion.DEFAULT);

  @ParameterizedTest(name = "anchor {0}, follower {1}, other pod at {2}: {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # anchor                                  | follower      | the other pod | pairs
          priority: 10                              | priority: 10  | 9  | 1
          priority: 10                              | priority: 10  | 10 | 0
          priority: 10                              | priority: 10  | 11 | 0
          priority: 0                               | priority: 0   | -1 | 1
          'priority: 10, preemptionPolicy: Never'   | priority: 10  | 0  | 0
          priority: 10    | 'priority: 10, preemptionPolicy: Never' | 0  | 0
          # a follower is tried without its anchor where that has the lower priority
          priority: 9                               | priority: 10  | 0  | 0
          # both must be able to
          priority: 10                              | priority: 5   | 7  | 0
          priority: 10                              | priority: 5   | 4  | 1
          """)
  @DisplayName("counts where both halves may preempt")
  void mayPreempt(String anchor, String follower, int other, int expected) {
    cluster.node("n1", THREE_GI).podOn("n1", pod(other, "2Gi"));

    PairEvaluation evaluation =
        pairs.evaluate(cluster.model.snapshot(), stored(2, anchor, follower));

    assertThat(evaluation.pairs()).hasSize(expected);
    assertThat(evaluation.fits()).isEqualTo(expected);
    assertThat(evaluation.victims()).hasSize(expected);
  }

  @Test
  @DisplayName("is taken only where free room does not do")
  void freeRoomFirst() {
    cluster
        .node("n1", THREE_GI)
        .podOn("n1", pod(0, "2Gi"))
        .node("n2", THREE_GI)
        .node("n3", THREE_GI)
        .podOn("n3", pod(0, "2Gi"));

    PairEvaluation one = pairs.evaluate(cluster.model.snapshot(), important(1));
    PairEvaluation two = pairs.evaluate(cluster.model.snapshot(), important(2));

    assertThat(one.pairs()).extracting(Pair::domain).containsExactly("n2");
    assertThat(one.victims()).isEmpty();
    assertThat(two.pairs()).extracting(Pair::domain).containsExactly("n2", "n1");
    assertThat(victims(two)).hasSize(1);
  }

  @Test
  @DisplayName("is left to as many as still fit, those of the highest priority first")
  void sparesWhatFits() {
    cluster
        .node("n1", "status: {allocatable: {cpu: 4, memory: 5Gi, pods: 110}}")
        .podOn("n1", pod(1, "2Gi"))
        .podOn("n1", pod(3, "2Gi"))
        .podOn("n1", pod(2, "1Gi"));

    assertThat(victims(evaluated(1))).containsExactly("shop/pod-0");
  }

  @Test
  @DisplayName("is left where pods of the same or a higher priority would still be in the way")
  void others() {
    cluster.node("n1", THREE_GI).podOn("n1", pod(0, "1Gi")).podOn("n1", pod(10, "2Gi"));

    PairEvaluation evaluation = evaluated(1);

    assertThat(evaluation.pairs()).isEmpty();
    assertThat(evaluation.rejected().get(0).reasons()).containsExactly("Insufficient memory");
  }

  @Test
  @DisplayName("is taken pair by pair, of those of one priority from the last in order")
  void pairByPair() {
    cluster
        .node("n1", "status: {allocatable: {cpu: 4, memory: 4Gi, pods: 110}}")
        .podOn("n1", pod(0, "1Gi", "a"))
        .podOn("n1", pod(0, "1Gi", "b"))
        .podOn("n1", pod(0, "1Gi", "a"))
        .podOn("n1", pod(0, "1Gi", "b"));

    PairEvaluation evaluation =
        pairs.evaluate(
            cluster.model.snapshot(), important(1), pod -> new Rank(0, "2026", pod.label("pair")));

    assertThat(victims(evaluation)).containsExactlyInAnyOrder("shop/pod-1", "shop/pod-3");
  }

  @Test
  @DisplayName("is taken from pods that cannot stand the pair, however much room there is")
  void antiAffinity() {
    cluster
        .node("n1", "")
        .podOn("n1", pod(0, "1Gi"))
        .podOn(
            "n1",
            """
            spec: {priority: 0, affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
              {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: redis}}}]}}}
            """);

    assertThat(victims(evaluated(1))).containsExactly("shop/pod-1");
  }

  private static List<String> victims(PairEvaluation evaluation) {
    assertThat(evaluation.victims()).hasSize(1);
    return evaluation.victims().values().stream()
        .flatMap(List::stream)
        .map(PodInfo::toString)
        .toList();
  }

  private PairEvaluation evaluated(int wanted) {
    return pairs.evaluate(cluster.model.snapshot(), important(wanted));
  }

  private static PairRequest important(int wanted) {
    return stored(wanted, "priority: 10", "priority: 10");
  }

  /** Without admission, which knows no priorities without their classes. */
  private static PairRequest stored(int wanted, String anchor, String follower) {
    PairRequest plain = ShopPairs.request(HOSTNAME, wanted);
    return new PairRequest(
        plain.namespace(),
        half(ShopPairs.ANCHOR, anchor),
        half(ShopPairs.FOLLOWER, follower),
        plain.anchorDeployment(),
        plain.followerDeployment(),
        HOSTNAME,
        wanted);
  }

  private static IncomingPod half(String app, String more) {
    String affinity =
        app.equals(ShopPairs.ANCHOR)
            ? ""
            : """
            podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
              {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: redis}}}]},
            """;
    return IncomingPod.asStored(
        TestCluster.podOf(
            app,
            """
            metadata: {labels: {app: %1$s}}, spec: {%2$s, affinity: {%3$s
              podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
                {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: %1$s}}}]}},
              containers: [{name: c, resources: {requests: {memory: 1Gi}}}]}
            """
                .formatted(app, more, affinity)));
  }

  private static String pod(int priority, String memory) {
    return pod(priority, memory, "none");
  }

  private static String pod(int priority, String memory, String pair) {
    return """
        metadata: {labels: {pair: %s}},
        spec: {priority: %d, containers: [{name: c, resources: {requests: {memory: %s}}}]}
        """
        .formatted(pair, priority, memory);
  }
}
