package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaSpec;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatus;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A ResourceQuota, as the admission plugin of that name holds pods to it. Immutable.
 *
 * @param namespace that it limits
 * @param name of the ResourceQuota
 * @param scopes which pods it is about: all of those that fulfil each
 * @param hard by resource, as it was written
 * @param used by resource, by everyone
 */
public record Quota(
    String namespace,
    String name,
    List<QuotaScope> scopes,
    Map<String, Quantity> hard,
    Map<String, ResourceQuantity> used) {

  public Quota {
    scopes = List.copyOf(scopes);
    hard = Map.copyOf(hard);
    used = Map.copyOf(used);
  }

  /**
   * A condition on the pods that a quota is about.
   *
   * @param name of the scope, such as NotTerminating
   * @param operator In, NotIn, Exists or DoesNotExist
   * @param values of In and NotIn
   */
  record QuotaScope(String name, String operator, List<String> values) {

    QuotaScope {
      values = List.copyOf(values);
    }

    /** {@code podMatchesScopeFunc}: what is not known matches nothing. */
    boolean includes(QuotaCharge pod) {
      return switch (name) {
        case "Terminating" -> pod.bounded();
        case "NotTerminating" -> !pod.bounded();
        case "BestEffort" -> pod.bestEffort();
        case "NotBestEffort" -> !pod.bestEffort();
        case "CrossNamespacePodAffinity" -> pod.reachesAcross();
        case "PriorityClass" -> includesClass(pod.priorityClass());
        default -> false;
      };
    }

    private boolean includesClass(String priorityClass) {
      return switch (operator) {
        case "Exists" -> !priorityClass.isEmpty();
        case "DoesNotExist" -> priorityClass.isEmpty();
        case "In" -> values.contains(priorityClass);
        case "NotIn" -> !values.contains(priorityClass);
        default -> false;
      };
    }
  }

  /**
   * Reads a ResourceQuota. What counts is what the quota controller has taken note of; a quota that
   * it has not seen yet is as it was written, and nothing is used of it.
   *
   * @throws InvalidInputException if a quantity is invalid
   */
  public static Quota of(ResourceQuota quota) {
    String name = quota.getMetadata().getName();
    ResourceQuotaSpec spec = quota.getSpec() == null ? new ResourceQuotaSpec() : quota.getSpec();
    ResourceQuotaStatus status =
        quota.getStatus() == null ? new ResourceQuotaStatus() : quota.getStatus();
    boolean known = !Given.map(status.getHard()).isEmpty();
    List<QuotaScope> scopes = new ArrayList<>();
    Given.list(spec.getScopes()).forEach(s -> scopes.add(new QuotaScope(s, "Exists", List.of())));
    if (spec.getScopeSelector() != null) {
      for (ScopedResourceSelectorRequirement required :
          Given.list(spec.getScopeSelector().getMatchExpressions())) {
        scopes.add(
            new QuotaScope(
                Given.text(required.getScopeName()),
                Given.text(required.getOperator()),
                Given.list(required.getValues())));
      }
    }
    try {
      Map<String, Quantity> hard = Given.map(known ? status.getHard() : spec.getHard());
      PodRequests.quantities(hard);
      return new Quota(
          Given.text(quota.getMetadata().getNamespace()),
          name,
          scopes,
          hard,
          PodRequests.quantities(known ? status.getUsed() : Map.of()));
    } catch (InvalidInputException invalid) {
      throw invalid.in("ResourceQuota " + quota.getMetadata().getNamespace() + "/" + name);
    }
  }

  /** What it charges for these pods together: those that it is about. */
  Map<String, BigDecimal> charge(Iterable<QuotaCharge> pods) {
    Map<String, BigDecimal> sum = new HashMap<>();
    for (QuotaCharge pod : pods) {
      if (pod.namespace().equals(namespace)
          && scopes.stream().allMatch(scope -> scope.includes(pod))) {
        pod.amounts()
            .forEach(
                (resource, amount) -> {
                  if (hard.containsKey(resource)) {
                    sum.merge(resource, amount.amount(), BigDecimal::add);
                  }
                });
      }
    }
    return sum;
  }

  /**
   * How much there is of a resource for those who use {@code own} of it already, if others are to
   * use {@code promised} more than they do.
   */
  BigDecimal left(String resource, BigDecimal own, BigDecimal promised) {
    return ResourceQuantity.of(hard.get(resource))
        .amount()
        .subtract(used.getOrDefault(resource, ResourceQuantity.ZERO).amount())
        .add(own)
        .subtract(promised);
  }

  /** The words of its refusal, as far as they stay the same: {@code exceeded quota: …}. */
  String exceeded(Iterable<String> resources) {
    Map<String, String> limits = new TreeMap<>();
    for (String resource : resources) {
      Quantity limit = hard.get(resource);
      limits.put(resource, resource + "=" + limit.getAmount() + Given.text(limit.getFormat()));
    }
    return "exceeded quota: " + name + ", limited: " + String.join(",", limits.values());
  }
}
