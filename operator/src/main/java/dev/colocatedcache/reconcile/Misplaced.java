package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.cluster.RunningPod;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Anchors that run where their follower does not fit: somebody else has taken its room.
 *
 * <p>To evict one helps only where a scheduling gate keeps its replacement from coming back, and
 * only when a whole pair fits elsewhere.
 *
 * @param nodes of all of them, by the evaluator's answer
 * @param anchors the pods, in the order of their nodes
 * @param places domains where a pair fits and no anchor is
 * @param moving whether a half is on its way already: going, or not yet placed
 */
record Misplaced(List<String> nodes, List<RunningPod> anchors, Set<String> places, boolean moving) {

  Misplaced {
    nodes = List.copyOf(nodes);
    anchors = List.copyOf(anchors);
    places = Set.copyOf(places);
  }

  /**
   * The misplaced anchors.
   *
   * @param nodes where an anchor runs whose follower does not fit, by the evaluator's answer
   * @param anchors all pods of the anchor
   * @param followers all pods of the follower
   * @param pending how many of each half are Pending on purpose
   * @param pairs where pairs are or could be, by the evaluator's answer
   * @param domainOf a node's topology domain; null where it is in none
   */
  static Misplaced among(
      List<String> nodes,
      Collection<RunningPod> anchors,
      Collection<RunningPod> followers,
      int pending,
      Collection<Pair> pairs,
      UnaryOperator<String> domainOf) {
    Set<String> places = pairs.stream().map(Pair::domain).collect(Collectors.toSet());
    anchors.stream()
        .map(RunningPod::node)
        .filter(Objects::nonNull)
        .map(domainOf)
        .forEach(places::remove);
    return new Misplaced(
        nodes,
        anchors.stream()
            .filter(pod -> !pod.terminating() && pod.node() != null && nodes.contains(pod.node()))
            .sorted(Comparator.comparing(RunningPod::node))
            .toList(),
        places,
        moving(anchors, pending) || moving(followers, pending));
  }

  private static boolean moving(Collection<RunningPod> pods, int pending) {
    return pods.stream().anyMatch(RunningPod::terminating)
        || pods.stream().filter(pod -> pod.node() == null).count() > pending;
  }

  /** The anchor to evict now: one at a time, and only if a pair can be whole elsewhere. */
  Optional<RunningPod> next() {
    return moving || places.isEmpty() ? Optional.empty() : anchors.stream().findFirst();
  }
}
