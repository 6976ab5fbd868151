package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.status.BrokenPairs;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.workload.NodeBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the cluster has room for.
 *
 * @param capacity what is granted of what is asked for
 * @param replicas of each role's Deployment
 * @param misplaced the anchors whose followers do not fit where they run
 * @param kept the nodes of the pairs that are granted, by role
 * @param order the nodes of all pairs that run or fit, by role: where there are to be fewer, the
 *     last goes first
 * @param openings the scheduling gates to open now
 * @param outrun the anchors that wait for a place which has been lost
 * @param stranded the followers that were left behind
 * @param buffer what asks for room for the pairs that are not granted; null where nothing is to
 * @param lookAgain when the answer may be another though nothing happens; null where it will not
 */
record Assessment(
    Capacity capacity,
    Map<Role, Integer> replicas,
    Misplaced misplaced,
    Map<Role, Set<String>> kept,
    Map<Role, List<String>> order,
    List<GateOpenings.Opening> openings,
    List<RunningPod> outrun,
    Stranded stranded,
    NodeBuffer buffer,
    Instant lookAgain) {
  private static final Duration A_LITTLE = Duration.ofMillis(100);

  /** Which pairs are broken, by the nodes of their halves. */
  BrokenPairs apart() {
    return new BrokenPairs(misplaced.nodes(), stranded.nodes());
  }

  /** How long until {@link #lookAgain}, and a little longer, so that it has passed by then. */
  Optional<Duration> lookAgainIn(Instant now) {
    return Optional.ofNullable(lookAgain)
        .map(time -> Duration.between(now, time).plus(A_LITTLE))
        .map(left -> left.compareTo(A_LITTLE) < 0 ? A_LITTLE : left);
  }

  /** The nodes of that role's half of all pairs that run or fit, the one that goes first last. */
  List<String> order(Role role) {
    return order.get(role);
  }

  /** The nodes on which that role's half of a granted pair runs or will run. */
  Set<String> keptNodes(Role role) {
    return kept.get(role);
  }
}
