package dev.colocatedcache.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.RejectedNodes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CapacityTest {
  private static final String HOSTNAME = "kubernetes.io/hostname";

  @Test
  void theMessageSaysWhatIsPlacedAndWhyNotMore() {
    Capacity capacity =
        new Capacity(
            3,
            2,
            4,
            2,
            Map.of("node(s) were unschedulable", 1, "Insufficient memory (cache)", 1),
            HOSTNAME);

    assertThat(capacity.limited()).isTrue();
    assertThat(capacity.message())
        .isEqualTo(
            "2 of 3 pairs placed: 2 of 4 nodes eligible; 1 Insufficient memory (cache), 1 node(s)"
                + " were unschedulable");
  }

  @Test
  void theMostFrequentReasonComesFirst() {
    Capacity capacity = new Capacity(9, 0, 9, 0, Map.of("a", 2, "b", 7), HOSTNAME);

    assertThat(capacity.status().rejected())
        .containsExactly(new RejectedNodes("b", 7), new RejectedNodes("a", 2));
  }

  @Test
  void domainsOtherThanNodesAreCalledSo() {
    assertThat(new Capacity(3, 2, 6, 2, Map.of(), "topology.kubernetes.io/zone").message())
        .isEqualTo(
            "2 of 3 pairs placed: 2 domains of topology.kubernetes.io/zone eligible on 6 nodes");
  }

  @Test
  void saysHowManyArePendingOnPurpose() {
    Capacity capacity = new Capacity(5, 2, 2, 2, Map.of(), HOSTNAME);

    assertThat(capacity.pending(0)).isEqualTo(capacity);
    assertThat(capacity.pending(1).message())
        .isEqualTo(
            "2 of 5 pairs placed: 2 of 2 nodes eligible; 1 more pair is Pending on purpose, for a"
                + " node autoscaler to see");
    assertThat(capacity.pending(2).message()).contains("; 2 more pairs are Pending on purpose");
    assertThat(capacity.pending(2).pending()).isEqualTo(2);
  }

  @Test
  void saysWhatIsGrantedForNodesThatAreAway() {
    Capacity capacity =
        new Capacity(3, 2, 3, 2, Map.of("node(s) were unschedulable", 1), HOSTNAME)
            .keeping(3, List.of("node-3 is gone: its pair is kept for 120 s"));

    assertThat(capacity.limited()).isFalse();
    assertThat(capacity.message())
        .isEqualTo(
            "3 of 3 pairs placed: 2 of 3 nodes eligible; 1 node(s) were unschedulable; node-3 is"
                + " gone: its pair is kept for 120 s");
  }

  @Test
  void saysWhatIsDoneAboutTheOthers() {
    Capacity capacity = new Capacity(5, 2, 2, 2, Map.of(), HOSTNAME);
    Problem problem = new Problem(Problem.Reason.CapacityBufferMissing, "install it");

    assertThat(capacity.remedied("room is asked for").message())
        .isEqualTo("2 of 5 pairs placed: 2 of 2 nodes eligible; room is asked for");
    assertThat(capacity.remedied("room is asked for").unremedied(problem).message())
        .isEqualTo("2 of 5 pairs placed: 2 of 2 nodes eligible");
    assertThat(capacity.unremedied(problem).problem()).isEqualTo(problem);
  }
}
