package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ResourceQuotas of a cluster, and what the pods of pairs are charged for. Not thread-safe: the
 * caller locks.
 */
public final class QuotaModel {

  /** By namespace and name. */
  private final Map<String, Map<String, Quota>> quotas = new HashMap<>();

  /** By namespace and name of a pod. */
  private final Map<String, Map<String, Charged>> charges = new HashMap<>();

  private record Charged(String deployment, QuotaCharge charge) {}

  /**
   * Adds or replaces a quota; returns whether that changed anything.
   *
   * @throws InvalidInputException if a quantity is invalid
   */
  public boolean put(ResourceQuota quota) {
    Quota read = Quota.of(quota);
    return !read.equals(
        quotas.computeIfAbsent(read.namespace(), n -> new TreeMap<>()).put(read.name(), read));
  }

  /** Removes a quota; returns whether there was one. */
  public boolean remove(ResourceQuota quota) {
    Map<String, Quota> inNamespace =
        quotas.getOrDefault(quota.getMetadata().getNamespace(), Map.of());
    return !inNamespace.isEmpty() && inNamespace.remove(quota.getMetadata().getName()) != null;
  }

  /**
   * Adds or replaces a pod of a pair.
   *
   * @throws InvalidInputException if a quantity is invalid
   */
  public void put(Pod pod) {
    String deployment = PodShape.deployment(pod.getMetadata());
    if (deployment != null) {
      charges
          .computeIfAbsent(PodStore.namespaceOf(pod), n -> new HashMap<>())
          .put(pod.getMetadata().getName(), new Charged(deployment, QuotaCharge.of(pod)));
    }
  }

  /** Removes a pod, if it was one of a pair. */
  public void removePod(String namespace, String name) {
    Map<String, Charged> inNamespace = charges.getOrDefault(namespace, Map.of());
    if (!inNamespace.isEmpty() && inNamespace.remove(name) != null && inNamespace.isEmpty()) {
      charges.remove(namespace);
    }
  }

  /** The quotas of a namespace. */
  public Collection<Quota> quotas(String namespace) {
    return List.copyOf(quotas.getOrDefault(namespace, Map.of()).values());
  }

  /** What the pods of a Deployment are charged for. */
  public List<QuotaCharge> charges(String namespace, String deployment) {
    return charges.getOrDefault(namespace, Map.of()).values().stream()
        .filter(pod -> pod.deployment().equals(deployment))
        .map(Charged::charge)
        .toList();
  }
}
