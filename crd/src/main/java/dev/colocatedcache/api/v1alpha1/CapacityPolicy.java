package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What happens where more pairs are asked for than fit, and where fewer fit than before.
 *
 * @param policy what is done about pairs that do not fit
 * @param maxPending with {@link Policy#ALLOW_PENDING}: how many pairs may be Pending at once
 * @param scaleDownDelaySeconds how long a node that has gone keeps its pairs granted
 * @param allowShrink whether a changed template may be rolled out into fewer pairs than minReplicas
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
// 1 stands in what was stored while it was the default, whatever the policy: it must not be in the
// way of other changes.
@ValidationRule(
    value = "!has(self.maxPending) || self.maxPending == 1 || self.policy == 'AllowPending'",
    message =
        "spec.capacity.maxPending says how many pairs may be Pending, and with this policy none is:"
            + " remove it, or set spec.capacity.policy to AllowPending",
    fieldPath = ".maxPending")
public record CapacityPolicy(
    @JsonPropertyDescription(
            "What is done about pairs that are asked for and do not fit. Cap: nothing; none is"
                + " Pending. AllowPending: up to maxPending of them are Pending, both halves, so that"
                + " a node autoscaler buys nodes that hold both. RequestNodes: none is Pending; a"
                + " CapacityBuffer asks a node autoscaler for room for them.")
        @Default("Cap")
        Policy policy,
    @JsonPropertyDescription(
            "With AllowPending: how many pairs may be Pending at once; 1 if not set.")
        @Min(1)
        Integer maxPending,
    @JsonPropertyDescription(
            "How long, in seconds and no more than an hour, a node that has vanished or is not Ready"
                + " keeps its pairs granted, so that one that blinks costs no pair. What is done on"
                + " purpose (a cordon, a taint, a drain) counts at once.")
        @Default("120")
        @Min(0)
        @Max(3600)
        Integer scaleDownDelaySeconds,
    @JsonPropertyDescription(
            "Whether a changed template may be rolled out although fewer pairs of it fit than"
                + " minReplicas. If not, Stalled is True (NoRoomForRollout) and what runs goes on. A"
                + " rollout that leaves at least minReplicas needs no leave; it says what it gives up"
                + " before it begins.")
        @Default("false")
        Boolean allowShrink) {

  /** What is done about pairs that do not fit. */
  public enum Policy {
    /** Nothing. */
    @JsonProperty("Cap")
    CAP,
    /** Some of them are Pending. */
    @JsonProperty("AllowPending")
    ALLOW_PENDING,
    /** Room for them is asked for. */
    @JsonProperty("RequestNodes")
    REQUEST_NODES
  }
}
