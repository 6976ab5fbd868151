package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.cluster.RunningPod;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Which followers stay where anchors stand without room for theirs. For each of those there is a
 * follower too many, and a pair that could be, for its follower is there, is none while its anchor
 * is elsewhere: that follower goes before one of a whole pair does.
 *
 * @param all whether every pair counts alike
 * @param withAnchor the domains where an anchor runs, otherwise
 */
record FollowersKept(boolean all, Set<String> withAnchor) {

  /**
   * The followers that stay.
   *
   * @param anchors all pods of the anchor
   * @param misplaced how many granted anchors stand where their followers do not fit
   * @param domainOf a node's topology domain; null where it is in none
   */
  static FollowersKept beside(
      Collection<RunningPod> anchors, int misplaced, UnaryOperator<String> domainOf) {
    if (misplaced == 0) {
      return new FollowersKept(true, Set.of());
    }
    return new FollowersKept(
        false,
        anchors.stream()
            .filter(pod -> !pod.terminating() && pod.node() != null)
            .map(RunningPod::node)
            .map(domainOf)
            .filter(Objects::nonNull)
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** Those of {@code pairs}, in their order, whose follower stays. */
  List<Pair> of(Collection<Pair> pairs) {
    return pairs.stream().filter(pair -> all || withAnchor.contains(pair.domain())).toList();
  }
}
