package dev.colocatedcache.reconcile.child;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which values of a Service's {@code trafficDistribution} the API server takes.
 *
 * <p>From 1.35 on it takes all; 1.34 takes PreferSameNode and PreferSameZone unless the feature
 * gate PreferSameTrafficDistribution is off; 1.31 to 1.33 refuse them and take PreferClose, the
 * older name of PreferSameZone; 1.30 drops the field unless a gate is on; before that it does not
 * know it (KEP-2433, KEP-3015). A version does not tell all this, so what it does is remembered:
 * once more after each start, and not again.
 */
final class TrafficDistributions {
  private static final String FIELD = "trafficDistribution";

  /** What comes nearest where a value is not taken; nothing where there is none. */
  private static final Map<String, String> NEXT =
      Map.of("PreferSameNode", "PreferClose", "PreferSameZone", "PreferClose");

  /** Answers of a server that does not know the value, or the field. */
  private static final List<String> UNKNOWN =
      List.of("Unsupported value", "field not declared in schema", "unknown field");

  /** Values that the server refuses, and those that get lost, each with where that was seen. */
  private final Set<String> notTaken = ConcurrentHashMap.newKeySet();

  /** How much is known: it has grown where something was learnt. */
  int lessons() {
    return notTaken.size();
  }

  /** Has {@code service}, which is changed, ask for what the server takes and comes nearest. */
  Service nearest(Service service) {
    String value = service.getSpec().getTrafficDistribution();
    while (value != null && isNotTaken(service, value)) {
      value = NEXT.get(value);
    }
    service.getSpec().setTrafficDistribution(value);
    return service;
  }

  private boolean isNotTaken(Service service, String value) {
    return notTaken.contains(value) || notTaken.contains(here(service, value));
  }

  /** Learns from a refusal of {@code service}, which may have any other reason. */
  void refused(Service service, KubernetesClientException refusal) {
    String value = service.getSpec().getTrafficDistribution();
    String message = Refusals.message(refusal);
    if (value != null && message.contains(FIELD) && UNKNOWN.stream().anyMatch(message::contains)) {
      notTaken.add(value);
    }
  }

  /**
   * Learns from what has become of {@code service}: what was lost on the way would be written again
   * each time. It may have been lost in its namespace alone, to a policy or a webhook.
   */
  void written(Service service, Service result) {
    String value = service.getSpec().getTrafficDistribution();
    if (value != null && !Objects.equals(value, result.getSpec().getTrafficDistribution())) {
      notTaken.add(here(service, value));
    }
  }

  private static String here(Service service, String value) {
    return service.getMetadata().getNamespace() + "/" + value;
  }
}
