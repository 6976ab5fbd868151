package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.cluster.RunningPod;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Followers that were left behind: affinity is asked when a pod is placed and never again, so a
 * follower stays where it is when its anchor has gone elsewhere.
 *
 * <p>While an anchor is still to be placed, none counts as left behind, for that anchor may come
 * back to it.
 *
 * @param followers the pods, in the order of their nodes
 * @param places domains where an anchor runs alone and its follower fits
 * @param moving whether a follower is on its way already: going, or not yet placed
 */
record Stranded(List<RunningPod> followers, Set<String> places, boolean moving) {

  Stranded {
    followers = List.copyOf(followers);
    places = Set.copyOf(places);
  }

  /**
   * The followers that were left behind.
   *
   * @param anchors all pods of the anchor
   * @param followers all pods of the follower
   * @param wanted how many anchors there are to be placed
   * @param pending how many of each half are Pending on purpose besides
   * @param pairs where pairs are or could be, by the evaluator's answer
   * @param domainOf a node's topology domain; null where it is in none
   */
  static Stranded among(
      Collection<RunningPod> anchors,
      Collection<RunningPod> followers,
      int wanted,
      int pending,
      Collection<Pair> pairs,
      UnaryOperator<String> domainOf) {
    List<RunningPod> placed = placed(anchors);
    long alive = anchors.stream().filter(pod -> !pod.terminating()).count();
    long following = followers.stream().filter(pod -> !pod.terminating()).count();
    // Where there are more followers than there are to be, those that stand alone go.
    if (placed.size() < alive - pending || placed.size() < wanted || following > wanted + pending) {
      return new Stranded(List.of(), Set.of(), false);
    }
    Set<String> withAnchor = domains(placed, domainOf);
    List<RunningPod> alone =
        placed(followers).stream()
            .filter(pod -> !withAnchor.contains(domain(pod, domainOf)))
            .sorted(Comparator.comparing(RunningPod::node))
            .toList();
    Set<String> places = new HashSet<>(withAnchor);
    places.retainAll(pairs.stream().map(Pair::domain).collect(Collectors.toSet()));
    places.removeAll(domains(placed(followers), domainOf));
    boolean moving =
        followers.stream().anyMatch(RunningPod::terminating)
            || followers.stream().filter(pod -> pod.node() == null).count() > pending;
    return new Stranded(alone, places, moving);
  }

  /**
   * The follower to evict now: one at a time, and only if it can be whole elsewhere. One that was
   * made as an anchor (placement.anchor has changed since) would come back anywhere: its rollout
   * moves it.
   */
  Optional<RunningPod> next() {
    return moving || places.isEmpty()
        ? Optional.empty()
        : followers.stream().filter(RunningPod::attracted).findFirst();
  }

  /** The nodes of those that were left behind. */
  List<String> nodes() {
    return followers.stream().map(RunningPod::node).toList();
  }

  private static List<RunningPod> placed(Collection<RunningPod> pods) {
    return pods.stream().filter(pod -> !pod.terminating() && pod.node() != null).toList();
  }

  private static Set<String> domains(List<RunningPod> pods, UnaryOperator<String> domainOf) {
    return pods.stream()
        .map(pod -> domain(pod, domainOf))
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  private static String domain(RunningPod pod, UnaryOperator<String> domainOf) {
    return domainOf.apply(pod.node());
  }
}
