package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.ClusterModel;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.cluster.AbsentNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("While nodes are away")
final class KeptPlacesTest {
  private static final Duration DELAY = Duration.ofMinutes(2);
  private static final Instant SINCE = Instant.parse("2026-01-01T12:00:00Z");
  private static final Snapshot CLUSTER = new ClusterModel().snapshot();

  @ParameterizedTest(name = "{0} fit and {1} would, of {2} asked for and {3} granted: {4}")
  @CsvSource({
    // One that is away costs no pair.
    "2, 3, 3, 3, 3",
    // A cordon besides counts at once.
    "1, 2, 3, 3, 2",
    // More pairs than before are never granted for it.
    "2, 3, 3, 2, 2",
    "2, 5, 5, 3, 3",
    // A place elsewhere has been found.
    "3, 4, 3, 3, 3",
    // Fewer are asked for.
    "2, 3, 1, 3, 1",
    // Nothing has been granted yet.
    "0, 1, 3, 0, 0",
  })
  @DisplayName("no fewer pairs are granted than before for them alone, and never more")
  void granted(int fits, int wouldFit, int wanted, int before, int granted) {
    KeptPlaces places =
        keep(evaluation(fits), wanted, before, evaluation(wouldFit), away("node-2"));

    assertThat(places.granted()).isEqualTo(granted);
  }

  @Test
  @DisplayName("they are named, with what became of them, and for how long their pairs are kept")
  void reasons() {
    KeptPlaces places =
        keep(
            evaluation(1),
            3,
            3,
            evaluation(3),
            new AbsentNode("node-1", true, SINCE),
            new AbsentNode("node-2", false, SINCE.plusSeconds(5)),
            new AbsentNode("node-9", true, SINCE.plusSeconds(9)));

    assertThat(places.reasons())
        .containsExactly(
            "node-1 is gone: its pair is kept for 120 s",
            "node-2 is not Ready: its pair is kept for 120 s");
    assertThat(places.ends()).isEqualTo(SINCE.plus(DELAY));
    assertThat(places.pairs()).extracting(Pair::domain).contains("node-1", "node-2");
  }

  @Test
  @DisplayName("the sentence stays one, however many they are")
  void many() {
    AbsentNode[] away =
        IntStream.range(0, 9)
            .mapToObj(i -> new AbsentNode("node-" + i, true, SINCE))
            .toArray(AbsentNode[]::new);

    assertThat(keep(evaluation(0), 9, 9, evaluation(9), away).reasons())
        .hasSize(6)
        .last()
        .isEqualTo("so are those of 4 more");
  }

  @Test
  @DisplayName("an anchor there keeps its follower asked for, though another node has room")
  void anchorThere() {
    PairEvaluation now = evaluation(3, "node-7");

    assertThat(keep(now, 3, 3, evaluation(4), away("node-7")).evaluation().misplacedAnchors())
        .isEmpty();
    assertThat(keep(now, 3, 3, evaluation(4), away("node-8")).evaluation().misplacedAnchors())
        .containsExactly("node-7");
  }

  private static KeptPlaces keep(
      PairEvaluation now, int wanted, int before, PairEvaluation then, AbsentNode... away) {
    return KeptPlaces.of(now, wanted, before, Arrays.asList(away), DELAY, CLUSTER, any -> then);
  }

  private static AbsentNode away(String name) {
    return new AbsentNode(name, true, SINCE);
  }

  private static PairEvaluation evaluation(int fits, String... misplaced) {
    List<Pair> pairs =
        IntStream.range(0, fits)
            .mapToObj(i -> "node-" + i)
            .map(node -> new Pair(node, node, node, true))
            .toList();
    return new PairEvaluation(
        fits, fits, fits, pairs, pairs, List.of(), List.of(), List.of(misplaced));
  }
}
