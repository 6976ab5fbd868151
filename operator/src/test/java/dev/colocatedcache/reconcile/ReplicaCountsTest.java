package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods are written as in {@link StrandedTest}. */
@DisplayName("The Deployments have")
final class ReplicaCountsTest {

  @ParameterizedTest(
      name = "granted {0}, pending {1}, misplaced {2}, anchors {3}, followers {4}: {5} and {6}")
  @CsvSource({
    "2, 0, 0, a b, a b, 2, 2",
    "3, 0, 0, a b, a b, 3, 3",
    // One more is to be Pending, and its follower with it.
    "2, 1, 0, a b, a b, 3, 3",
    // The anchor on x keeps its grant, and has no follower there.
    "3, 0, 1, a b x, a b, 3, 2",
    // It is one more than granted: it goes, and the other two keep their followers.
    "2, 0, 1, a b x, a b, 2, 2",
    // One that is going is none too many any more.
    "2, 0, 1, a x c-, a, 2, 1",
    // No more followers are withheld than there are pairs.
    "0, 0, 2, x y, a, 0, 0",
  })
  @DisplayName("a pod for each pair, but no follower for an anchor where it does not fit")
  void counts(
      int granted,
      int pending,
      int misplaced,
      String anchors,
      String followers,
      int anchorReplicas,
      int followerReplicas) {
    ReplicaCounts counts =
        ReplicaCounts.of(
            granted,
            pending,
            misplaced,
            StrandedTest.pods(anchors),
            StrandedTest.pods(followers),
            Set.of(),
            UnaryOperator.identity());

    assertThat(counts.anchors()).isEqualTo(anchorReplicas);
    assertThat(counts.followers()).isEqualTo(followerReplicas);
  }

  @ParameterizedTest(name = "granted {0}, anchors {1}, followers {2}, b lost: {3} and {4}")
  @CsvSource({
    // Room for a third elsewhere is taken once the pod on b is gone.
    "2, a b, a b, 1, 1",
    "3, a b c, a b c, 2, 2",
    "2, a b-, a ?, 2, 2",
    // Fewer are granted than stay.
    "0, a b, a b, 0, 0",
  })
  @DisplayName("no more than stay where pairs of higher priority come")
  void lost(
      int granted, String anchors, String followers, int anchorReplicas, int followerReplicas) {
    ReplicaCounts counts =
        ReplicaCounts.of(
            granted,
            0,
            0,
            StrandedTest.pods(anchors),
            StrandedTest.pods(followers),
            Set.of("b"),
            UnaryOperator.identity());

    assertThat(counts.anchors()).isEqualTo(anchorReplicas);
    assertThat(counts.followers()).isEqualTo(followerReplicas);
  }
}
