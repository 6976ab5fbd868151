package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;

/**
 * How many pairs evictions may take away at once.
 *
 * @param mode whether the operator keeps the budgets
 * @param maxUnavailable pairs, as a number or a percentage
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DisruptionBudget(
    @JsonPropertyDescription(
            "Managed: the operator keeps a PodDisruptionBudget for each role. None: it keeps none;"
                + " choose it where you have budgets of your own over these pods, for a pod under"
                + " two budgets cannot be evicted at all.")
        @Default("Managed")
        Mode mode,
    @JsonPropertyDescription(
            "How many pods of each role evictions may take away at once, as a number or as a"
                + " percentage. A drain waits until the pods that went before are Ready elsewhere.")
        @Default("1")
        @ValidationRule(
            value = "type(self) == int ? self >= 1 : string(self).matches('^([1-9][0-9]?|100)%$')",
            message =
                "it must be a number of pairs, at least 1, or a percentage from 1% to 100%: with"
                    + " none no node could ever be drained")
        IntOrString maxUnavailable) {

  /** Whose the budgets are. */
  public enum Mode {
    /** The operator keeps one for each role. */
    @JsonProperty("Managed")
    MANAGED,
    /** The operator keeps none. */
    @JsonProperty("None")
    NONE
  }
}
