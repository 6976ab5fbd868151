package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Traffic.Policy;
import dev.colocatedcache.api.v1alpha1.TrafficStatus;
import io.fabric8.kubernetes.api.model.Service;

/**
 * Where the cache's Service sends traffic, as the API server has it: older ones do not take all
 * that can be asked for.
 */
final class TrafficReport {
  private TrafficReport() {}

  /**
   * What is in force.
   *
   * @param asked what the spec asks for
   * @param cache the cache's Service as it is; null where there is none
   * @return null where there is none
   */
  static TrafficStatus inForce(Policy asked, Service cache) {
    if (cache == null || cache.getSpec() == null) {
      return null;
    }
    Policy inForce = inForce(cache);
    String what = "Service " + cache.getMetadata().getName() + " " + sends(inForce);
    return new TrafficStatus(inForce, inForce == asked ? what : what + ": " + remedy(asked));
  }

  private static Policy inForce(Service cache) {
    if ("Local".equals(cache.getSpec().getInternalTrafficPolicy())) {
      return Policy.SAME_NODE;
    }
    String distribution = cache.getSpec().getTrafficDistribution();
    if (distribution == null) {
      return Policy.CLUSTER;
    }
    return switch (distribution) {
      case "PreferSameNode" -> Policy.PREFER_SAME_NODE;
      // PreferClose is what PreferSameZone was called before (KEP-3015).
      case "PreferSameZone", "PreferClose" -> Policy.PREFER_SAME_ZONE;
      default -> Policy.CLUSTER;
    };
  }

  private static String sends(Policy policy) {
    return switch (policy) {
      case PREFER_SAME_NODE ->
          "sends traffic to the cache on the pod's node, and elsewhere while there is none";
      case SAME_NODE -> "sends traffic to the cache on the pod's node and nowhere else";
      case PREFER_SAME_ZONE ->
          "sends traffic to the caches in the pod's zone, and elsewhere while there is none";
      case CLUSTER -> "sends traffic to any cache";
    };
  }

  private static String remedy(Policy asked) {
    return switch (asked) {
      case PREFER_SAME_NODE ->
          "the API server does not take trafficDistribution PreferSameNode, as Kubernetes 1.35 does"
              + " and 1.34 unless its feature gate PreferSameTrafficDistribution is off: upgrade it,"
              + " or set spec.traffic.policy to SameNode";
      case PREFER_SAME_ZONE ->
          "the API server does not take trafficDistribution, as Kubernetes 1.31 does: upgrade it, or"
              + " set spec.traffic.policy to Cluster";
      case SAME_NODE, CLUSTER -> "the Service is being changed";
    };
  }
}
