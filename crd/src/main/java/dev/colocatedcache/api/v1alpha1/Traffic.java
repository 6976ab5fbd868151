package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/**
 * How the service reaches the cache beside it.
 *
 * @param policy where the cache's Service sends the traffic that comes from a node; null: as near
 *     as the topology key allows
 * @param requireLocalCache whether a service pod is Ready only beside a Ready cache
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Traffic(
    @JsonPropertyDescription(
            "Where the cache's Service sends what a pod asks of it. PreferSameNode: to the cache on"
                + " the pod's node, and to another while there is none. SameNode: to the cache on"
                + " the pod's node and to no other; without one there, connections fail. Cluster: to"
                + " any. Where pairs share a zone (placement.topologyKey topology.kubernetes.io/zone):"
                + " PreferSameZone or Cluster. Default: PreferSameNode, or PreferSameZone where pairs"
                + " share a zone, or Cluster where they share another domain.")
        Policy policy,
    @JsonPropertyDescription(
            "Whether a service pod is Ready only while a Ready cache is in its topology domain: adds a"
                + " readiness gate, which the operator sets. A change of it rolls the service's"
                + " pods.")
        @Default("false")
        Boolean requireLocalCache) {

  /** Where a Service sends traffic. */
  public enum Policy {
    /** To the same node, or elsewhere while nothing answers there. */
    @JsonProperty("PreferSameNode")
    PREFER_SAME_NODE,
    /** To the same node and nowhere else. */
    @JsonProperty("SameNode")
    SAME_NODE,
    /** To the same zone, or elsewhere while nothing answers there. */
    @JsonProperty("PreferSameZone")
    PREFER_SAME_ZONE,
    /** Anywhere. */
    @JsonProperty("Cluster")
    CLUSTER
  }
}
