package dev.colocatedcache.workload;

import dev.colocatedcache.api.v1alpha1.CapacityPolicy;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheSpec;
import java.time.Duration;
import java.util.Objects;

/**
 * What is done about pairs that do not fit, and about nodes that go away, with the API's defaults
 * where the spec says nothing: it may not have been through the API server.
 *
 * @param policy what is done about pairs that do not fit
 * @param maxPending how many of them may be Pending at once, whatever the policy
 * @param scaleDownDelay how long a node that has gone keeps its place
 */
public record CapacityTerms(CapacityPolicy.Policy policy, int maxPending, Duration scaleDownDelay) {
  private static final int TWO_MINUTES = 120;

  /** The terms of a spec. */
  public static CapacityTerms of(ColocatedCacheSpec spec) {
    CapacityPolicy given = spec.capacity();
    if (given == null) {
      return new CapacityTerms(CapacityPolicy.Policy.CAP, 0, Duration.ofSeconds(TWO_MINUTES));
    }
    CapacityPolicy.Policy policy =
        Objects.requireNonNullElse(given.policy(), CapacityPolicy.Policy.CAP);
    return new CapacityTerms(
        policy,
        policy == CapacityPolicy.Policy.ALLOW_PENDING
            ? Objects.requireNonNullElse(given.maxPending(), 1)
            : 0,
        Duration.ofSeconds(Objects.requireNonNullElse(given.scaleDownDelaySeconds(), TWO_MINUTES)));
  }
}
