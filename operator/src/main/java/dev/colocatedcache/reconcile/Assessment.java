package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.BrokenPairs;
import dev.colocatedcache.status.Capacity;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the cluster has room for.
 *
 * @param capacity what is granted of what is asked for
 * @param replicas of each role's Deployment
 * @param misplaced the anchors whose followers do not fit where they run
 * @param kept the nodes of the pairs that are granted, by role
 * @param openings the scheduling gates to open now
 * @param stranded the followers that were left behind
 */
record Assessment(
    Capacity capacity,
    Map<Role, Integer> replicas,
    Misplaced misplaced,
    Map<Role, Set<String>> kept,
    List<GateOpenings.Opening> openings,
    Stranded stranded) {

  /** Which pairs are broken, by the nodes of their halves. */
  BrokenPairs apart() {
    return new BrokenPairs(misplaced.nodes(), stranded.nodes());
  }

  /** The nodes on which that role's half of a granted pair runs or will run. */
  Set<String> keptNodes(Role role) {
    return kept.get(role);
  }
}
