package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/**
 * Nodes that hold no pair for one reason.
 *
 * @param reason in kube-scheduler's words, followed by the role in parentheses where only that half
 *     does not fit
 * @param nodes how many
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RejectedNodes(
    @JsonPropertyDescription(
            "The reason in kube-scheduler's words; (service), (cache) or (pair) follows where it"
                + " holds for that half only, or for both together only.")
        String reason,
    @JsonPropertyDescription("Nodes that it holds for. A node may be counted by several reasons.")
        Integer nodes) {}
