package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.RunningPod;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pods are written as a node and the template that they are of, {@code a1}; {@code ?2} is on no
 * node. The order of nodes is a, b, c, d, the last of which goes first.
 */
@DisplayName("Of pods of which there are to be fewer")
final class GoingPodsTest {

  @ParameterizedTest(name = "{0}, {1} of them stay, {2} more while they surge: {3}")
  @CsvSource({
    // No rollout: those whose pairs do not stay.
    "a1 b1 c1 d1, 2, 0, c1 d1",
    "a1 b1 c1 d1, 4, 0, ''",
    "a1 b1 c1 x1, 3, 0, x1",
    // All go: there is nothing to choose.
    "a1 b1 c1 d1, 0, 0, ''",
    // In a rollout: of each template as many as are too many, the first that go of it.
    "a1 b1 c2 d2, 3, 0, b1 d2",
    "a1 b2 c1 d2, 2, 0, a1 b2 c1 d2",
    "a1 b1 c1 d2 ?2, 4, 0, c1 d2",
    // A new pod beside an old one is not one too many.
    "a1 b1 c1 d1 d2, 4, 1, ''",
    "a1 b1 c1 d1 d2, 3, 1, d1 d2",
  })
  @DisplayName("those are marked that go first")
  void marked(String pods, int wanted, int surge, String marked) {
    assertThat(
            going(pods, 4, wanted, surge).marked().stream()
                .map(RunningPod::name)
                .sorted()
                .collect(Collectors.joining(" ")))
        .isEqualTo(marked);
  }

  @Test
  @DisplayName("the one that goes first costs least, whichever template it is of")
  void cost() {
    GoingPods rolls = going("a1 b2 c1 d2", 4, 2, 0);

    assertThat(rolls.alive().stream().map(pod -> Integer.valueOf(rolls.cost(pod))))
        .isSortedAccordingTo(Comparator.reverseOrder())
        .doesNotHaveDuplicates();
    assertThat(rolls.alive()).allMatch(pod -> GoingPods.isOurs(rolls.cost(pod)));
    GoingPods atRest = going("a1 b1", 2, 1, 0);
    assertThat(atRest.alive()).allMatch(pod -> GoingPods.isOurs(atRest.cost(pod)));
    assertThat(GoingPods.isOurs("7")).isFalse();
    assertThat(GoingPods.isOurs(null)).isFalse();
  }

  @Test
  @DisplayName("the other half waits until the count has dropped and the rollout is over")
  void done() {
    assertThat(done("a2 b2", 3, 2, 0, false, false)).as("the count has not").isFalse();
    assertThat(done("a2 b2 c2", 2, 2, 0, false, false)).as("no pod has gone yet").isFalse();
    assertThat(done("a1 b2", 2, 2, 0, true, false)).as("it goes on to roll").isFalse();
    assertThat(done("a2 b2", 2, 2, 0, true, false)).as("an old one terminates").isFalse();
    assertThat(done("a2 b2", 2, 2, 0, false, false)).isTrue();
    assertThat(done("a1 b2", 2, 2, 0, true, true)).as("it does not get on").isTrue();
    assertThat(done("a1 b2 b1", 2, 2, 1, true, true)).as("nor does one that surges").isTrue();
  }

  private static boolean done(
      String pods, int now, int wanted, int surge, boolean rolling, boolean stuck) {
    return going(pods, now, wanted, surge, rolling, stuck).done();
  }

  private static GoingPods going(String pods, int now, int wanted, int surge) {
    return going(pods, now, wanted, surge, false, false);
  }

  private static GoingPods going(
      String pods, int now, int wanted, int surge, boolean rolling, boolean stuck) {
    return new GoingPods(
        Role.CACHE,
        Stream.of(pods.split(" ")).map(GoingPodsTest::pod).toList(),
        List.of("a", "b", "c", "d"),
        Set.copyOf(List.of("a", "b", "c", "d").subList(0, wanted)),
        now,
        wanted,
        surge,
        rolling,
        stuck);
  }

  private static RunningPod pod(String written) {
    String node = written.substring(0, 1);
    return new RunningPod(
        written,
        written.substring(1),
        node.equals("?") ? null : node,
        true,
        false,
        null,
        Set.of(),
        null,
        Map.of(),
        false,
        null);
  }
}
