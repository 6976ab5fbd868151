package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.Pair;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods are written as in {@link StrandedTest}. */
@DisplayName("Where anchors stand without room for their followers,")
final class FollowersKeptTest {

  @ParameterizedTest(name = "{1} of anchors {0}; pairs on {2}: followers stay on {3}")
  @CsvSource({
    // The anchor of c came up on x: the follower on c is one too many.
    "a b x, 1, a b c, a b",
    "x b a, 1, c b a, b a",
    // It has not come up yet, or none is misplaced: whoever is there waits for it.
    "a b, 0, a b c, a b c",
    "a b ?, 0, a b c, a b c",
    // One that is going is no anchor.
    "a b- x, 1, a b c, a",
  })
  @DisplayName("those of whole pairs stay, and those that stand alone go")
  void stay(String anchors, int misplaced, String pairs, String kept) {
    List<Pair> all =
        Stream.of(pairs.split(" ")).map(node -> new Pair(node, node, node, false)).toList();

    List<Pair> stay =
        FollowersKept.beside(StrandedTest.pods(anchors), misplaced, UnaryOperator.identity())
            .of(all);

    assertThat(stay.stream().map(Pair::followerNode).collect(Collectors.joining(" ")))
        .isEqualTo(kept);
  }
}
