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
 * @param updateStrategy how pairs change to a new template
 * @param traffic how the service reaches the cache beside it
 * @param capacity what happens where fewer pairs fit than are asked for
 * @param disruptionBudget how many pairs evictions may take away at once
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.replicas == 0 || self.replicas >= self.minReplicas",
    message =
        "spec.replicas is below spec.minReplicas: raise replicas, lower minReplicas, or set"
            + " replicas to 0 to run no pair",
    fieldPath = ".replicas")
@ValidationRule(
    value =
        "(self.service.template.?metadata.?labels[?'app.kubernetes.io/component'].hasValue()"
            + " ? self.service.template.metadata.labels['app.kubernetes.io/component'] : 'service')"
            + " != "
            + "(self.cache.template.?metadata.?labels[?'app.kubernetes.io/component'].hasValue()"
            + " ? self.cache.template.metadata.labels['app.kubernetes.io/component'] : 'cache')",
    message =
        "service and cache would carry the same label app.kubernetes.io/component: give the two"
            + " templates different values, or leave the label out")
@ValidationRule(
    value =
        "(self.service.template.?metadata.?labels[?'app.kubernetes.io/component'].hasValue()"
            + " ? self.service.template.metadata.labels['app.kubernetes.io/component'] : 'service')"
            + " == "
            + "(oldSelf.service.template.?metadata.?labels[?'app.kubernetes.io/component'].hasValue()"
            + " ? oldSelf.service.template.metadata.labels['app.kubernetes.io/component'] : 'service')",
    message =
        "the label app.kubernetes.io/component of spec.service.template is immutable, for the"
            + " Deployment selects its pods by it: keep it as it was, or create another"
            + " ColocatedCache with the new label and delete this one",
    fieldPath = ".service.template")
@ValidationRule(
    value =
        "(self.cache.template.?metadata.?labels[?'app.kubernetes.io/component'].hasValue()"
            + " ? self.cache.template.metadata.labels['app.kubernetes.io/component'] : 'cache')"
            + " == "
            + "(oldSelf.cache.template.?metadata.?labels[?'app.kubernetes.io/component'].hasValue()"
            + " ? oldSelf.cache.template.metadata.labels['app.kubernetes.io/component'] : 'cache')",
    message =
        "the label app.kubernetes.io/component of spec.cache.template is immutable, for the"
            + " Deployment selects its pods by it: keep it as it was, or create another"
            + " ColocatedCache with the new label and delete this one",
    fieldPath = ".cache.template")
@ValidationRule(
    value =
        "!has(self.traffic.policy) || self.placement.topologyKey != 'kubernetes.io/hostname'"
            + " || self.traffic.policy != 'PreferSameZone'",
    message =
        "pairs share a node (spec.placement.topologyKey): set spec.traffic.policy to PreferSameNode,"
            + " SameNode or Cluster",
    fieldPath = ".traffic")
@ValidationRule(
    value =
        "!has(self.traffic.policy) || self.placement.topologyKey != 'topology.kubernetes.io/zone'"
            + " || self.traffic.policy in ['PreferSameZone', 'Cluster']",
    message =
        "the halves of a pair share a zone and seldom a node (spec.placement.topologyKey): set"
            + " spec.traffic.policy to PreferSameZone or Cluster",
    fieldPath = ".traffic")
@ValidationRule(
    value =
        "!has(self.traffic.policy) || self.traffic.policy == 'Cluster'"
            + " || self.placement.topologyKey in ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']",
    message =
        "a Service knows nodes and zones, and no other label that spec.placement.topologyKey may"
            + " name: set spec.traffic.policy to Cluster, or leave it out",
    fieldPath = ".traffic")
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
    @JsonPropertyDescription("The service: the pods that use the cache on their node.")
        @Required
        @ValidationRule(
            value =
                "self.template.?metadata.?labels[?'colocatedcache.dev/role'].orValue('service') == 'service'",
            message =
                "the operator sets the label colocatedcache.dev/role of spec.service.template to service:"
                    + " remove it from the template",
            fieldPath = ".template")
        RoleSpec service,
    @JsonPropertyDescription("The cache: the pods that serve the service on their node.")
        @Required
        @ValidationRule(
            value =
                "self.template.?metadata.?labels[?'colocatedcache.dev/role'].orValue('cache') == 'cache'",
            message =
                "the operator sets the label colocatedcache.dev/role of spec.cache.template to cache:"
                    + " remove it from the template",
            fieldPath = ".template")
        RoleSpec cache,
    @JsonPropertyDescription(
            "Where pairs go, and which half goes first. The default places the cache first and a"
                + " pair a node.")
        @Default("{}")
        Placement placement,
    @JsonPropertyDescription("How pairs change to a new template.") @Default("{}")
        UpdateStrategy updateStrategy,
    @JsonPropertyDescription("How the service reaches the cache beside it.") @Default("{}")
        Traffic traffic,
    @JsonPropertyDescription(
            "What happens where more pairs are asked for than fit, and where fewer fit than before.")
        @Default("{}")
        CapacityPolicy capacity,
    @JsonPropertyDescription(
            "How many pairs evictions, as those of `kubectl drain`, may take away at once.")
        @Default("{}")
        DisruptionBudget disruptionBudget) {}
