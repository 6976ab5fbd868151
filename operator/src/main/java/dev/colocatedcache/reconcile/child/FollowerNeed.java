package dev.colocatedcache.reconcile.child;

/** What anchors need of followers before they can be Ready. */
public enum FollowerNeed {
  /** Nothing: they are Ready by themselves, or have what they need. */
  NONE,
  /** An anchor waits for a follower that is not there, and may come by itself. */
  ARRIVAL,
  /**
   * An anchor waits for what the follower's rollout may bring: the follower that is there is not
   * Ready, or those that are elsewhere would not come.
   */
  ROLLOUT
}
