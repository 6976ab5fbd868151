package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.cluster.RunningPod;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods are written as in {@link StrandedTest}. */
@DisplayName("An anchor whose follower does not fit where it runs")
final class MisplacedTest {

  @ParameterizedTest(name = "on {0}; anchors {1}, followers {2}, pairs on {3}: evict {4}")
  @CsvSource({
    // A whole pair fits on c.
    "a, a b, b, b c, a",
    // It fits nowhere else.
    "a, a b, b, b, nobody",
    // Where it fits an anchor is already, or is still going.
    "a, a b c, b, b c, nobody",
    "a, a b c-, b, b c, nobody",
    // One half is on its way.
    "a, a b ?, b, b c d, nobody",
    "a, a b, b ?, b c, nobody",
    "a, a- b, b, b c, nobody",
    // Two of them: one after the other.
    "b a, b a c, c, c d e, a",
  })
  @DisplayName("is evicted when, and only when, a whole pair fits elsewhere")
  void next(String misplaced, String anchors, String followers, String pairs, String evicted) {
    Optional<RunningPod> next =
        Misplaced.among(
                List.of(misplaced.split(" ")),
                StrandedTest.pods(anchors),
                StrandedTest.pods(followers),
                0,
                Stream.of(pairs.split(" ")).map(node -> new Pair(node, node, node, false)).toList(),
                UnaryOperator.identity())
            .next();

    assertThat(next.map(RunningPod::node).orElse("nobody")).isEqualTo(evicted);
  }
}
