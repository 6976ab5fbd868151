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
            "Whether a service pod is Ready only while a Ready cache is in its topology domain: adds"
                + " the readiness gate colocatedcache.dev/local-cache, which the operator sets. While"
                + " the operator is away it stays as it is, and new pods wait. A change of it rolls"
                + " the service's pods.")
        @Default("false")
        Boolean requireLocalCache) {

  /**
   * Where the cache's Service of {@code spec} sends traffic: as it says, or else as near as its
   * topology key allows, for Services know nodes and zones and nothing else.
   */
  public static Policy policyOf(ColocatedCacheSpec spec) {
    if (spec.traffic() != null && spec.traffic().policy() != null) {
      return spec.traffic().policy();
    }
    String key = spec.placement() == null ? null : spec.placement().topologyKey();
    if (key == null || key.equals(Placement.HOSTNAME)) {
      return Policy.PREFER_SAME_NODE;
    }
    return key.equals(Placement.ZONE) ? Policy.PREFER_SAME_ZONE : Policy.CLUSTER;
  }

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
