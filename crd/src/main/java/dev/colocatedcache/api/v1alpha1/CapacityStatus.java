package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/**
 * How many pairs the cluster can hold.
 *
 * @param nodes of the cluster
 * @param eligibleNodes nodes (or, with another topology key, domains) that hold a pair
 * @param rejected why the other nodes hold none, counted by reason
 * @param message the same in a sentence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CapacityStatus(
    @JsonPropertyDescription("Nodes of the cluster.") Integer nodes,
    @JsonPropertyDescription(
            "Nodes that can hold a pair; with a topologyKey other than the node's name, domains.")
        Integer eligibleNodes,
    @JsonPropertyDescription(
            "Why the other nodes hold no pair, counted by reason, in kube-scheduler's words.")
        List<RejectedNodes> rejected,
    @JsonPropertyDescription("The same in one sentence.") String message) {

  public CapacityStatus {
    rejected = rejected == null ? List.of() : List.copyOf(rejected);
  }
}
