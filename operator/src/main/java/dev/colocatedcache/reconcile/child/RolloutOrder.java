package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.Role;
import io.fabric8.kubernetes.api.model.IntOrString;
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
public final class RolloutOrder {
  private RolloutOrder() {}

  /**
   * Whether the follower's rollout waits for the anchor's.
   *
   * @param anchor as it should be, marked with its digest
   * @param liveAnchor as it is
   * @param follower as it should be, marked with its digest
   * @param liveFollower as it is
   * @param need what anchors need of followers: one that needs what the follower's rollout brings
   *     would be waited for in vain
   */
  static boolean followerWaits(
      Deployment anchor,
      Optional<Deployment> liveAnchor,
      Deployment follower,
      Optional<Deployment> liveFollower,
      FollowerNeed need) {
    if (liveAnchor.isEmpty() || liveFollower.isEmpty()) {
      return false;
    }
    // A follower that is not Ready is the first that its rollout replaces: no pair is given up.
    if (need == FollowerNeed.ROLLOUT
        || (need == FollowerNeed.ARRIVAL && stalled(liveAnchor.get()))) {
      return false;
    }
    if (!changes(follower, liveFollower.get())) {
      if (!observed(liveFollower.get())) {
        // Whether it is updating is not known yet. To decide anew would be another write that is
        // not observed yet, and so on for as long as the anchor's rollout takes.
        return isPaused(liveFollower.get());
      }
      if (!updating(liveFollower.get())) {
        return false;
      }
    }
    if (changes(anchor, liveAnchor.get()) || updating(liveAnchor.get())) {
      return true;
    }
    // The last anchor that was replaced must be back before a follower is given up.
    return isPaused(liveFollower.get()) && anyUnavailable(liveAnchor.get());
  }

  /**
   * Whether new pods of a role are to come before old ones go.
   *
   * <p>Decided before a rollout begins. One under way goes on as it began, but for one that surges
   * and cannot go on: that one replaces pods from there, or it would wait for ever.
   *
   * @param desired as it should be, marked with its digest
   * @param live as it is
   * @param waits whether the role's rollout waits for the other's
   */
  static boolean surges(
      Deployment desired, Optional<Deployment> live, boolean waits, Role role, RolloutRoom room) {
    if (live.isEmpty()) {
      return true;
    }
    if (waits) {
      return surges(live.get());
    }
    if (changes(desired, live.get()) || !updating(live.get())) {
      return room.holdsBoth(role);
    }
    return surges(live.get()) && !cannotCreate(live.get()) && !room.isStuck(role);
  }

  /** Whether new pods of {@code live} come before old ones go. */
  public static boolean surges(Deployment live) {
    return live.getSpec().getStrategy() != null
        && live.getSpec().getStrategy().getRollingUpdate() != null
        && Integer.valueOf(0)
            .equals(live.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getValue());
  }

  /** How many pods more than it asks for {@code live} may have in a rollout. */
  public static int surge(Deployment live) {
    if (!surges(live)) {
      return 0;
    }
    IntOrString surge = live.getSpec().getStrategy().getRollingUpdate().getMaxSurge();
    if (surge.getIntVal() != null) {
      return surge.getIntVal();
    }
    int percent = Integer.parseInt(surge.getStrVal().replace("%", ""));
    return (live.getSpec().getReplicas() * percent + 99) / 100;
  }

  /** Whether {@code live} has exceeded its progress deadline. */
  public static boolean standsStill(Deployment live) {
    return live.getStatus() != null
        && live.getStatus().getConditions().stream()
            .anyMatch(c -> "Progressing".equals(c.getType()) && "False".equals(c.getStatus()));
  }

  /** A quota, say, has no room for one pod more. */
  private static boolean cannotCreate(Deployment live) {
    return live.getStatus().getConditions().stream()
        .anyMatch(c -> "ReplicaFailure".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  /** Whether the change is one of the template of a Deployment that runs. */
  static boolean changes(Change<?> change) {
    return change.desired() instanceof Deployment desired
        && change.live() instanceof Deployment live
        && changes(desired, live);
  }

  private static boolean changes(Deployment desired, Deployment live) {
    return !Intent.templateDigest(desired).equals(Intent.templateDigest(live));
  }

  /** Whether pods of an older template are still there, or may be for all that is known. */
  private static boolean updating(Deployment live) {
    DeploymentStatus status = live.getStatus();
    return !observed(live) || orZero(status.getUpdatedReplicas()) < orZero(status.getReplicas());
  }

  private static boolean observed(Deployment live) {
    DeploymentStatus status = live.getStatus();
    return status != null
        && status.getObservedGeneration() != null
        && status.getObservedGeneration() >= live.getMetadata().getGeneration();
  }

  private static boolean isPaused(Deployment live) {
    return Boolean.TRUE.equals(live.getSpec().getPaused());
  }

  private static boolean stalled(Deployment live) {
    return live.getStatus() != null
        && live.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    "Progressing".equals(condition.getType())
                        && "False".equals(condition.getStatus()));
  }

  private static boolean anyUnavailable(Deployment live) {
    return orZero(live.getStatus().getAvailableReplicas()) < orZero(live.getSpec().getReplicas());
  }

  private static int orZero(Integer number) {
    return number == null ? 0 : number;
  }
}
