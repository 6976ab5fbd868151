package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;

/**
 * How pairs change to a new template.
 *
 * @param type whether a new pod comes in the place of an old one or beside it
 * @param maxUnavailable pairs that may be away at once, as a number or a percentage
 * @param progressDeadlineSeconds how long a rollout may stand still before it is called failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UpdateStrategy(
    @JsonPropertyDescription(
            "Replace: an old pod goes before a new one comes, which gets through with a pair on every"
                + " node. Surge: a new pod comes beside the old one on the same node before that goes,"
                + " where the nodes hold both; where they do not, pods are replaced, and status says"
                + " so. A change to Surge rolls the pods once more by replacing them.")
        @Default("Replace")
        Type type,
    @JsonPropertyDescription(
            "How many pairs may be away at once while templates change, as a number or as a"
                + " percentage of the pairs; with Surge, how many new pods may come at once. The"
                + " anchor changes first, and the follower when all anchors are done.")
        @Default("1")
        @ValidationRule(
            value = "type(self) == int ? self >= 1 : string(self).matches('^([1-9][0-9]?|100)%$')",
            message =
                "it must be a number of pairs, at least 1, or a percentage from 1% to 100%: a"
                    + " rollout that may make no pair unavailable could never begin")
        IntOrString maxUnavailable,
    @JsonPropertyDescription(
            "How long a rollout may stand still, in seconds, before it is reported as failed: as in"
                + " a Deployment.")
        @Default("600")
        @Min(1)
        Integer progressDeadlineSeconds) {

  /** How a pod is exchanged for one of a new template. */
  public enum Type {
    /** The old pod goes first. */
    @JsonProperty("Replace")
    REPLACE,
    /** The new pod comes first. */
    @JsonProperty("Surge")
    SURGE
  }
}
