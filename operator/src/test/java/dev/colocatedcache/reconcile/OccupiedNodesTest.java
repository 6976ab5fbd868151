package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods are written as in {@link StrandedTest}. */
@DisplayName("Of the nodes where anchors are")
final class OccupiedNodesTest {

  @ParameterizedTest(name = "{0}, with {1} granted and those on {2} misplaced: {3}")
  @CsvSource({
    // Nothing but what is placed and stays.
    "a b ? c-, 2, '', a b",
    // One on a small node is one of the two.
    "a small, 2, small, a small",
    // Its successor has come and is not Ready: of these two a ReplicaSet deletes the successor.
    "a b! small, 2, small, a b small",
    // It is: the one on the small node is one too many.
    "a b small, 2, small, a b",
    // So is one that came beside two whole pairs, Ready or not.
    "a b small!, 2, small, a b",
    "small, 0, small, ''",
  })
  @DisplayName("one is free for the next where its own is misplaced and enough others are Ready")
  void of(String anchors, int granted, String misplaced, String occupied) {
    assertThat(OccupiedNodes.of(StrandedTest.pods(anchors), granted, List.of(misplaced.split(" "))))
        .containsExactlyInAnyOrder(occupied.isEmpty() ? new String[0] : occupied.split(" "));
  }
}
