package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/**
 * What one half's Deployment has, counted in pods.
 *
 * @param replicas pods that exist
 * @param readyReplicas pods that are Ready
 * @param updatedReplicas pods of the current template
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RoleStatus(
    @JsonPropertyDescription("Pods that the Deployment has.") Integer replicas,
    @JsonPropertyDescription("Pods that are Ready.") Integer readyReplicas,
    @JsonPropertyDescription("Pods that have the current template.") Integer updatedReplicas) {}
