package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/**
 * What is, all counted in pairs.
 *
 * @param observedGeneration the generation of the spec that this status speaks of
 * @param selector of the service's pods, as a HorizontalPodAutoscaler reads it
 * @param requestedReplicas pairs asked for
 * @param replicas pairs granted
 * @param readyReplicas pairs of which both halves are Ready in one topology domain
 * @param colocatedReplicas pairs of which both halves run in one topology domain
 * @param updatedReplicas pairs of which both halves have the current template
 * @param service what the service's Deployment has
 * @param cache what the cache's Deployment has
 * @param capacity how many nodes can hold a pair, and why the others cannot
 * @param traffic where the cache's Service sends traffic; null where there is no such Service
 * @param conditions Ready, Reconciling, Stalled, CapacityLimited, Colocated
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ColocatedCacheStatus(
    @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription(
            "Label selector of the service's pods, as text: what a HorizontalPodAutoscaler measures.")
        String selector,
    @JsonPropertyDescription("Pairs asked for: spec.replicas as the operator last saw it.")
        Integer requestedReplicas,
    @JsonPropertyDescription("Pairs granted: as many of those asked for as fit.") Integer replicas,
    @JsonPropertyDescription("Pairs whose two halves are Ready in the same topology domain.")
        Integer readyReplicas,
    @JsonPropertyDescription("Pairs whose two halves run in the same topology domain.")
        Integer colocatedReplicas,
    @JsonPropertyDescription("Pairs whose two halves have the current template.")
        Integer updatedReplicas,
    @JsonPropertyDescription("Pods of the service's Deployment.") RoleStatus service,
    @JsonPropertyDescription("Pods of the cache's Deployment.") RoleStatus cache,
    @JsonPropertyDescription("How many nodes can hold a pair, and why the others cannot.")
        CapacityStatus capacity,
    @JsonPropertyDescription("Where the cache's Service sends what a pod asks of it.")
        TrafficStatus traffic,
    @JsonPropertyDescription(
            "Ready; CapacityLimited; Colocated; and, only while they are True, Reconciling and"
                + " Stalled.")
        List<Condition> conditions) {

  public ColocatedCacheStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }
}
