package dev.colocatedcache.workload;

/**
 * How a Deployment comes to a new template.
 *
 * @param paused whether the new template waits; the number of pods is kept all the same
 * @param surges whether a new pod comes before an old one goes, and not after
 */
public record Rollout(boolean paused, boolean surges) {
  /** An old pod goes before a new one comes, from now on. */
  public static final Rollout REPLACE = new Rollout(false, false);
}
