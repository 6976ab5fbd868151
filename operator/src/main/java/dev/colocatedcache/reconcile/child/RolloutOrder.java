package dev.colocatedcache.reconcile.child;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.Optional;

/**
 * Which half changes first when templates change: the anchor, and the follower when all anchors are
 * done, so that no more pairs are away at once than one rollout takes.
 *
 * <p>A follower that waits is paused. The Deployment controller keeps the number of its pods all
 * the same, and makes those that are lost anew from the template that they had.
 */
final class RolloutOrder {
  private RolloutOrder() {}

  /**
   * Whether the follower's rollout waits for the anchor's.
   *
   * @param anchor as it should be, marked with its digest
   * @param liveAnchor as it is
   * @param follower as it should be, marked with its digest
   * @param liveFollower as it is
   */
  static boolean followerWaits(
      Deployment anchor,
      Optional<Deployment> liveAnchor,
      Deployment follower,
      Optional<Deployment> liveFollower) {
    if (liveAnchor.isEmpty() || liveFollower.isEmpty()) {
      return false;
    }
    if (!changes(follower, liveFollower.get()) && !updating(liveFollower.get())) {
      return false;
    }
    if (changes(anchor, liveAnchor.get()) || updating(liveAnchor.get())) {
      return true;
    }
    // The last anchor that was replaced must be back before a follower is given up.
    return Boolean.TRUE.equals(liveFollower.get().getSpec().getPaused())
        && anyUnavailable(liveAnchor.get());
  }

  private static boolean changes(Deployment desired, Deployment live) {
    return !Intent.templateDigest(desired).equals(Intent.templateDigest(live));
  }

  /** Whether pods of an older template are still there, or may be for all that is known. */
  private static boolean updating(Deployment live) {
    DeploymentStatus status = live.getStatus();
    return status == null
        || status.getObservedGeneration() == null
        || status.getObservedGeneration() < live.getMetadata().getGeneration()
        || orZero(status.getUpdatedReplicas()) < orZero(status.getReplicas());
  }

  private static boolean anyUnavailable(Deployment live) {
    return orZero(live.getStatus().getAvailableReplicas()) < orZero(live.getSpec().getReplicas());
  }

  private static int orZero(Integer number) {
    return number == null ? 0 : number;
  }
}
