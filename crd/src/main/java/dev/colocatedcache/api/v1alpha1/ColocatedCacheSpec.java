package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What is asked for.
 *
 * @param replicas pairs asked for; the operator never writes it
 * @param minReplicas the fewest pairs that are still useful: fewer placed make Ready False
 * @param service the role that is served by the cache beside it
 * @param cache the role that stands beside the service
 * @param placement where pairs go
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.replicas == 0 || self.replicas >= self.minReplicas",
    message =
        "spec.replicas is below spec.minReplicas: raise replicas, lower minReplicas, or set"
            + " replicas to 0 to run no pair")
@ValidationRule(
    value =
        "(has(self.service.template.metadata) && has(self.service.template.metadata.labels) &&"
            + " 'app.kubernetes.io/component' in self.service.template.metadata.labels ?"
            + " self.service.template.metadata.labels['app.kubernetes.io/component'] : 'service')"
            + " != (has(self.cache.template.metadata) && has(self.cache.template.metadata.labels)"
            + " && 'app.kubernetes.io/component' in self.cache.template.metadata.labels ?"
            + " self.cache.template.metadata.labels['app.kubernetes.io/component'] : 'cache')",
    message =
        "service and cache would carry the same label app.kubernetes.io/component: give the two"
            + " templates different values, or leave the label out")
public record ColocatedCacheSpec(
    @JsonPropertyDescription(
            "Pairs asked for, a pair being one service pod and one cache pod. As many are placed as"
                + " fit; status says how many and why not more. This is what `kubectl scale` and a"
                + " HorizontalPodAutoscaler set; the operator never writes it.")
        @Default("1")
        @Min(0)
        Integer replicas,
    @JsonPropertyDescription(
            "The fewest pairs that are still useful: with fewer placed, Ready is False. At most"
                + " replicas, unless replicas is 0.")
        @Default("1")
        @Min(0)
        Integer minReplicas,
    @JsonPropertyDescription("The service: the pods that use the cache on their node.") @Required
        RoleSpec service,
    @JsonPropertyDescription("The cache: the pods that serve the service on their node.") @Required
        RoleSpec cache,
    @JsonPropertyDescription(
            "Where pairs go, and which half goes first. The default places the cache first and a"
                + " pair a node.")
        @Default("{}")
        Placement placement) {}
