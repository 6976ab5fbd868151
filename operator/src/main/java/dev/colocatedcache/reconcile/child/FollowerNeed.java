package dev.colocatedcache.reconcile.child;

/** What anchors need of followers before they can be Ready. */
public enum FollowerNeed {
  /** Nothing: they are Ready by themselves, or have what they need. */
  NONE,
  /** An anchor waits for a follower where there is none. */
  MISSING,
  /** An anchor waits for a follower that is there and not Ready. */
  NOT_READY
}
