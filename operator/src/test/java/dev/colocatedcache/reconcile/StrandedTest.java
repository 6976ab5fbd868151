package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.cluster.RunningPod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pods are written as nodes: {@code a} runs there, {@code a!} is not Ready, {@code a-} terminates,
 * ? is unplaced.
 */
@DisplayName("A follower that was left behind")
final class StrandedTest {

  @ParameterizedTest(name = "anchors {0}, followers {1}, room for pairs on {2}: evict {3}")
  @CsvSource({
    // The anchor has gone from b to c, where there is room for its follower.
    "a c, a b, a c, b",
    // Nothing is apart.
    "a b, a b, a b, nobody",
    // The new anchor is still to be placed: it may come back to b.
    "a ?, a b, a b, nobody",
    "a b-, a b, a b, nobody",
    // The follower fits nowhere but where it is.
    "a c, a b, a, nobody",
    // One is on its way already.
    "a c d, a b ?, a c d, nobody",
    "a c d, a b b-, a c d, nobody",
    // Two were left behind: one after the other.
    "c d, b a, c d, a",
    // It was made as an anchor, and would not come.
    "a c, a b*, a c, nobody",
    "c d, a* b, c d, b",
    // Both anchors have their followers; one follower is too many and scaling down takes it.
    "a c, a b c, a c, nobody",
  })
  @DisplayName("is evicted when, and only when, an anchor waits for it elsewhere")
  void next(String anchors, String followers, String room, String evicted) {
    Optional<String> next = stranded(anchors, followers, room).next().map(RunningPod::node);

    assertThat(next.orElse("nobody")).isEqualTo(evicted);
  }

  @ParameterizedTest(name = "anchors {0}, followers {1}: evict {2}")
  @CsvSource({
    "a c ?, a b ?, b",
    // One more is unplaced than on purpose: it is on its way to c.
    "a c ?, a b ? ?, nobody",
    // The new anchor may come back to b.
    "a ? ?, a b ?, nobody",
  })
  @DisplayName("is evicted though a pair is Pending on purpose")
  void pending(String anchors, String followers, String evicted) {
    Stranded stranded =
        Stranded.among(
            pods(anchors), pods(followers), 2, 1, pairs("a c"), UnaryOperator.identity());

    assertThat(stranded.next().map(RunningPod::node).orElse("nobody")).isEqualTo(evicted);
  }

  @Test
  @DisplayName("is named even where it cannot move")
  void named() {
    assertThat(stranded("a c", "a b", "a").nodes()).containsExactly("b");
    assertThat(stranded("a ?", "a b", "a").nodes()).isEmpty();
  }

  @Test
  @DisplayName("is none where its anchor is on another node of the same zone")
  void zones() {
    UnaryOperator<String> zone = node -> node.startsWith("east") ? "east" : "west";
    Stranded apart =
        Stranded.among(pods("east1 west1"), pods("east2 west2"), 2, 0, pairs("east west"), zone);

    assertThat(apart.nodes()).isEmpty();
    assertThat(apart.places()).isEmpty();
  }

  private static Stranded stranded(String anchors, String followers, String room) {
    int wanted = anchors.split(" ").length;
    return Stranded.among(
        pods(anchors), pods(followers), wanted, 0, pairs(room), UnaryOperator.identity());
  }

  private static List<Pair> pairs(String domains) {
    return Stream.of(domains.split(" "))
        .map(domain -> new Pair(domain, domain, domain, false))
        .toList();
  }

  static List<RunningPod> pods(String nodes) {
    List<RunningPod> pods = new ArrayList<>();
    for (String written : List.of(nodes.split(" "))) {
      boolean terminating = written.endsWith("-");
      String node = written.replaceAll("[-*!]$", "");
      pods.add(
          new RunningPod(
              "pod-" + pods.size(),
              "hash",
              node.equals("?") ? null : node,
              !terminating && !written.endsWith("!"),
              terminating,
              null,
              Set.of(),
              null,
              Map.of(),
              !written.endsWith("*"),
              null));
    }
    return pods;
  }
}
