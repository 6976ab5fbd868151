package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pods are written as nodes: {@code a} runs there, {@code a-} terminates there, {@code g} is gated,
 * {@code ?} is let loose and not placed, {@code ?a} is let loose for the follower on a.
 */
@DisplayName("A gate opens")
final class GateOpeningsTest {

  @ParameterizedTest(name = "anchors {0}, followers {1}, room on {2}: {3}")
  @CsvSource({
    // The first pairs: anywhere that holds a whole one, for as many as there are places.
    "g g, '', a b c, 'a+b+c, a+b+c'",
    "g g g, '', a b, 'a+b, a+b'",
    "g g, '', '', ''",
    // One more: not where an anchor is.
    "a g, a, a b c, 'b+c'",
    // An anchor comes back to its follower, once the old one is gone.
    "a- g, a, a b, ''",
    "g, a, a b, 'a'",
    "b a- g, b a, a b c, ''",
    // Another pair is asked for in the meantime: its anchor need not wait.
    "a- g g, a, a b, 'b'",
    // The place is spoken for by one that is let loose already.
    "?a g, a, a b, 'b'",
    "? g, '', a, ''",
    "? g, '', a b, 'a+b'",
    // Its follower's node takes no anchor any more: it goes elsewhere.
    "g, a, b c, 'b+c'",
    // Two come back, each to one of two followers.
    "g g, a b, a b c, 'a, b'",
  })
  @DisplayName("for an anchor whose follower waits, on that node; else where a whole pair fits")
  void now(String anchors, String followers, String room, String opened) {
    assertThat(
            openings(anchors, followers, room).stream()
                .map(opening -> String.join("+", new TreeSet<>(opening.domains())))
                .collect(Collectors.joining(", ")))
        .isEqualTo(opened);
  }

  @ParameterizedTest(name = "anchors {0}, followers {1}, {3} of them surge, both on {4}: {5}")
  @CsvSource({
    "a b g, a b, a b c, 1, a b, 'a+b'",
    // None of the nodes holds both: it waits until the rollout goes on by replacing pods.
    "a b g, a b, a b c, 1, '', ''",
    // Done on b: the next one goes to a.
    "a b b- g, a b, a b c, 1, a, 'a'",
    // A follower stands alone in the meantime: one anchor goes there, one beside an old one.
    "b g g, a b, a b c, 1, b, 'a, b'",
    // More are asked for in the meantime.
    "a b g g, a b, a b c, 1, a b, 'a+b, c'",
  })
  @DisplayName("in a rollout that surges, for an anchor where it stands beside an old one")
  void surges(
      String anchors, String followers, String room, int surplus, String beside, String opened) {
    assertThat(
            openings(anchors, followers, room, surplus, beside).stream()
                .map(opening -> String.join("+", new TreeSet<>(opening.domains())))
                .collect(Collectors.joining(", ")))
        .isEqualTo(opened);
  }

  @Test
  @DisplayName("with no more places than a pod should carry, taken evenly out of all")
  void many() {
    String room =
        IntStream.range(0, 1000).mapToObj("node-%04d"::formatted).collect(Collectors.joining(" "));

    Set<String> places = openings("g", "", room).get(0).domains();

    assertThat(places).hasSizeBetween(32, 64).contains("node-0000");
    assertThat(places).anyMatch(place -> place.compareTo("node-0900") > 0);
  }

  @Test
  @DisplayName("not to a node that is away for a moment, whose follower an anchor is kept for")
  void away() {
    assertThat(openings("g", "a", "b", "a b", 0)).isEmpty();
    assertThat(openings("g", "a", "b", "b", 0))
        .singleElement()
        .satisfies(opening -> assertThat(opening.domains()).containsExactly("b"));
  }

  @Test
  @DisplayName("towards anywhere for as many as are to be Pending, beyond those that have a place")
  void forNodes() {
    assertThat(places(openings("g g g", "", "a", "a", 1))).containsExactly(Set.of("a"), Set.of());
    assertThat(openings("a g", "a", "a", "a", 0)).isEmpty();
    assertThat(places(openings("a g g", "a", "a", "a", 1))).containsExactly(Set.of());
    // One waits for nodes already; then a node comes, and that one takes it.
    assertThat(openings("a ? g", "a", "a", "a", 1)).isEmpty();
    assertThat(places(openings("a ? g", "a", "a b", "a b", 1))).containsExactly(Set.of());
  }

  @ParameterizedTest(name = "anchors {0}, followers {1}, room on {2}, kept {3}: {4} made anew")
  @CsvSource({
    // Its node was cordoned before it got there, and b holds a pair.
    "?a, a, b, b, 1",
    // It is on its way: all is well.
    "?a, a, a b, a b, 0",
    // Away for a moment, and nobody is sent anywhere else meanwhile.
    "?a, a, b, a b, 0",
    // Nowhere else is room: fewer are asked for, and that is one of those that go.
    "?a, a, '', '', 0",
    "?a b, a b, b, b, 0",
    // Another one has come there first; or is about to go from there.
    "?a a, a, a b, a b, 1",
    "?a a-, a, a b, a b, 0",
    "?a a, a, a, a, 0",
    // Let loose to several places: the scheduler has the others.
    "?, '', b, b, 0",
    "g, a, b, b, 0",
  })
  @DisplayName("once, so that an anchor whose place was lost before it got there is made anew")
  void outrun(String anchors, String followers, String room, String kept, int remade) {
    assertThat(gates(anchors, followers, room, kept, 0).outrun(false)).hasSize(remade);
  }

  @Test
  @DisplayName("not where an anchor of another template stands beside it in a surge")
  void surging() {
    List<RunningPod> anchors = new ArrayList<>(pods("?a"));
    RunningPod waiting = anchors.get(0);
    anchors.add(
        new RunningPod(
            "old", "before", "a", true, false, null, Set.of(), null, Map.of(), true, null));
    GateOpenings gates =
        new GateOpenings(
            anchors, List.of(), pairs("a b"), pairs("a b"), 0, UnaryOperator.identity());

    assertThat(gates.outrun(true)).isEmpty();
    assertThat(gates.outrun(false)).containsExactly(waiting);
  }

  private static List<Set<String>> places(List<GateOpenings.Opening> openings) {
    return openings.stream().map(GateOpenings.Opening::domains).toList();
  }

  private static List<GateOpenings.Opening> openings(
      String anchors, String followers, String room) {
    return openings(anchors, followers, room, 0, "");
  }

  private static List<GateOpenings.Opening> openings(
      String anchors, String followers, String room, String kept, int pending) {
    return gates(anchors, followers, room, kept, pending).now(0, pod -> Set.of());
  }

  private static List<GateOpenings.Opening> openings(
      String anchors, String followers, String room, int surplus, String beside) {
    return gates(anchors, followers, room, room, 0)
        .now(surplus, pod -> words(beside).collect(Collectors.toSet()));
  }

  private static GateOpenings gates(
      String anchors, String followers, String room, String kept, int pending) {
    return new GateOpenings(
        pods(anchors),
        pods(followers),
        pairs(room),
        pairs(kept),
        pending,
        UnaryOperator.identity());
  }

  private static List<Pair> pairs(String domains) {
    return words(domains).map(domain -> new Pair(domain, domain, domain, false)).toList();
  }

  private static Stream<String> words(String text) {
    return Stream.of(text.split(" ")).filter(word -> !word.isEmpty());
  }

  private static List<RunningPod> pods(String written) {
    List<RunningPod> pods = new ArrayList<>();
    words(written)
        .forEach(
            word -> {
              boolean gated = word.equals("g");
              boolean loose = word.startsWith("?");
              boolean terminating = word.endsWith("-");
              pods.add(
                  new RunningPod(
                      "pod-" + pods.size(),
                      "hash",
                      gated || loose ? null : word.replace("-", ""),
                      true,
                      terminating,
                      null,
                      gated ? Set.of(Workload.GATE) : Set.of(),
                      loose && word.length() > 1 ? word.substring(1) : null,
                      Map.of(),
                      true,
                      null));
            });
    return pods;
  }
}
