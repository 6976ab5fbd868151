package dev.colocatedcache.reconcile;

import dev.colocatedcache.cluster.RunningPod;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * How many pods the two Deployments are to have.
 *
 * <p>A pair each, and an anchor more for each that is to be Pending for nodes to come. An anchor
 * where its follower does not fit gets no follower, which would be Pending for ever; where there
 * are more anchors than granted, those go first. Where pairs of higher priority are to be, as many
 * pods go as run there: if there is room elsewhere they are made anew once these are gone.
 *
 * @param anchors of the anchor's Deployment
 * @param followers of the follower's
 * @param surplus anchors that run beyond those
 * @param misplaced granted anchors without a follower
 */
record ReplicaCounts(int anchors, int followers, int surplus, int misplaced) {

  /**
   * The counts.
   *
   * @param granted pairs
   * @param pending anchors to be Pending beyond those
   * @param misplacedAnchors how many anchors run where their followers do not fit
   * @param anchors all pods of the anchor
   * @param followers all pods of the follower
   * @param lost the domains that go to others
   * @param domainOf a node's topology domain; null where it is in none
   */
  static ReplicaCounts of(
      int granted,
      int pending,
      int misplacedAnchors,
      List<RunningPod> anchors,
      List<RunningPod> followers,
      Set<String> lost,
      UnaryOperator<String> domainOf) {
    List<RunningPod> alive = alive(anchors);
    int surplus = Math.max(0, alive.size() - granted - pending);
    int misplaced = Math.min(granted, Math.max(0, misplacedAnchors - surplus));
    return new ReplicaCounts(
        atMost(granted + pending, alive, lost, domainOf),
        atMost(granted + pending - misplaced, alive(followers), lost, domainOf),
        surplus,
        misplaced);
  }

  private static List<RunningPod> alive(List<RunningPod> pods) {
    return pods.stream().filter(pod -> !pod.terminating()).toList();
  }

  private static int atMost(
      int wanted, List<RunningPod> alive, Set<String> lost, UnaryOperator<String> domainOf) {
    long going =
        alive.stream()
            .map(RunningPod::node)
            .filter(Objects::nonNull)
            .map(domainOf)
            .filter(Objects::nonNull)
            .filter(lost::contains)
            .count();
    return going == 0 ? wanted : Math.min(wanted, alive.size() - (int) going);
  }
}
