package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCacheSpec;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.status.Problem;
import java.util.Optional;

/**
 * What is to be said of a changed template that fits fewer pairs than run: they would be given up,
 * one after the other, for pods that fit nowhere.
 *
 * @param fits how many of the changed template fit, and why not more
 * @param running how many pairs run
 * @param needed how many of them are needed (spec.minReplicas)
 * @param allowed whether fewer than that will do (spec.capacity.allowShrink)
 */
record ShrinkingRollout(Capacity fits, int running, int needed, boolean allowed) {

  static ShrinkingRollout of(ColocatedCacheSpec spec, Capacity fits, int running) {
    boolean allowed = spec.capacity() != null && Boolean.TRUE.equals(spec.capacity().allowShrink());
    return new ShrinkingRollout(fits, running, spec.minReplicas(), allowed);
  }

  /**
   * What keeps the template from being rolled out, or is to be said before it is; empty where no
   * pair is given up.
   */
  Optional<Problem> problem() {
    int stay = Math.min(fits.requested(), running);
    if (fits.granted() >= stay) {
      return Optional.empty();
    }
    if (fits.granted() < Math.min(stay, needed) && !allowed) {
      return Optional.of(
          new Problem(
              Problem.Reason.NoRoomForRollout,
              "the changed template is not rolled out, for too few pairs would be left: "
                  + fits.message()
                  + "; what runs goes on: lower what the template asks for, make room for "
                  + needed
                  + " (spec.minReplicas), set spec.minReplicas to "
                  + fits.granted()
                  + ", or set spec.capacity.allowShrink to true"));
    }
    return Optional.of(
        new Problem(
            Problem.Reason.RolloutShrinks,
            "the changed template is rolled out although it fits fewer pairs than the "
                + running
                + " that run: "
                + fits.message()));
  }
}
