package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a pod counts for on a node, by {@code PodRequests} of k8s.io/component-helpers/resource:
 * containers and sidecars together or the largest init step, pod-level requests in their place,
 * overhead on top.
 */
final class PodRequests {

  private static final Set<String> POD_LEVEL_RESOURCES = Set.of("cpu", "memory");

  private final PodSpec spec;

  /** Null for a pod that does not run yet, whose spec is all there is. */
  private final PodStatus status;

  private PodRequests(PodSpec spec, PodStatus status) {
    this.spec = spec;
    this.status = status;
  }

  /** What an incoming pod asks for: its spec alone. */
  static Resources ofIncoming(PodSpec spec) {
    return Resources.requestOf(new PodRequests(spec, null).total());
  }

  /**
   * What a pod on a node takes: while it is resized, the most of what is wanted, allocated and
   * actuated.
   */
  static Resources ofExisting(PodSpec spec, PodStatus status) {
    return Resources.of(new PodRequests(spec, status).total());
  }

  private Map<String, ResourceQuantity> total() {
    Map<String, ResourceQuantity> total = new HashMap<>();
    for (Container container : spec.getContainers()) {
      add(total, requestsOf(container, status == null ? null : status.getContainerStatuses()));
    }
    Map<String, ResourceQuantity> sidecars = new HashMap<>();
    Map<String, ResourceQuantity> largestStep = new HashMap<>();
    for (Container container : spec.getInitContainers()) {
      boolean sidecar = isSidecar(container);
      Map<String, ResourceQuantity> own =
          requestsOf(
              container, status == null || !sidecar ? null : status.getInitContainerStatuses());
      if (sidecar) {
        add(total, own);
        add(sidecars, own);
        max(largestStep, sidecars);
      } else {
        Map<String, ResourceQuantity> step = new HashMap<>(own);
        add(step, sidecars);
        max(largestStep, step);
      }
    }
    max(total, largestStep);
    replaceByPodLevel(total);
    add(total, quantities(spec.getOverhead()));
    return total;
  }

  static boolean isSidecar(Container initContainer) {
    return "Always".equals(initContainer.getRestartPolicy());
  }

  private Map<String, ResourceQuantity> requestsOf(
      Container container, List<ContainerStatus> statuses) {
    ResourceRequirements resources = container.getResources();
    Map<String, ResourceQuantity> wanted =
        resources == null ? Map.of() : quantities(resources.getRequests());
    if (statuses == null) {
      return wanted;
    }
    ContainerStatus found = null;
    for (ContainerStatus candidate : statuses) {
      if (container.getName().equals(candidate.getName())) {
        found = candidate;
      }
    }
    return found == null || found.getResources() == null
        ? wanted
        : effective(wanted, found.getResources().getRequests(), found.getAllocatedResources());
  }

  private void replaceByPodLevel(Map<String, ResourceQuantity> total) {
    ResourceRequirements podLevel = spec.getResources();
    if (podLevel == null || podLevel.getRequests() == null) {
      return;
    }
    Map<String, ResourceQuantity> wanted = quantities(podLevel.getRequests());
    Map<String, ResourceQuantity> effective = wanted;
    PodLevelStatus actual = PodLevelStatus.of(status);
    if (actual.requests() != null) {
      effective = effective(wanted, actual.requests(), actual.allocated());
    }
    for (String name : wanted.keySet()) {
      if (POD_LEVEL_RESOURCES.contains(name) || name.startsWith("hugepages-")) {
        total.put(name, effective.getOrDefault(name, ResourceQuantity.ZERO));
      }
    }
  }

  /**
   * {@code determineEffectiveRequests}: what is asked for does not count once the node has refused
   * it.
   */
  private Map<String, ResourceQuantity> effective(
      Map<String, ResourceQuantity> wanted,
      Map<String, Quantity> actuated,
      Map<String, Quantity> allocated) {
    Map<String, ResourceQuantity> result =
        resizeInfeasible() ? new HashMap<>() : new HashMap<>(wanted);
    max(result, quantities(actuated));
    max(result, quantities(allocated));
    return result;
  }

  private boolean resizeInfeasible() {
    return status.getConditions().stream()
        .filter(condition -> "PodResizePending".equals(condition.getType()))
        .findFirst()
        .map(condition -> "Infeasible".equals(condition.getReason()))
        .orElse(false);
  }

  static Map<String, ResourceQuantity> quantities(Map<String, Quantity> list) {
    if (list == null || list.isEmpty()) {
      return Map.of();
    }
    Map<String, ResourceQuantity> parsed = new HashMap<>();
    list.forEach((name, quantity) -> parsed.put(name, quantity(name, quantity)));
    return parsed;
  }

  private static ResourceQuantity quantity(String name, Quantity quantity) {
    if (quantity == null) {
      return ResourceQuantity.ZERO;
    }
    try {
      return ResourceQuantity.parse(text(quantity.getAmount()) + text(quantity.getFormat()));
    } catch (InvalidInputException invalid) {
      throw invalid.in("resource " + name);
    }
  }

  private static String text(String part) {
    return part == null ? "" : part;
  }

  private static void add(Map<String, ResourceQuantity> sum, Map<String, ResourceQuantity> more) {
    more.forEach((name, quantity) -> sum.merge(name, quantity, ResourceQuantity::plus));
  }

  private static void max(Map<String, ResourceQuantity> most, Map<String, ResourceQuantity> other) {
    other.forEach((name, quantity) -> most.merge(name, quantity, ResourceQuantity::max));
  }

  /** The pod-level part of a pod's status, which the model has no getters for. */
  private record PodLevelStatus(Map<String, Quantity> requests, Map<String, Quantity> allocated) {

    static PodLevelStatus of(PodStatus status) {
      if (status == null) {
        return new PodLevelStatus(null, null);
      }
      Map<String, Object> more = status.getAdditionalProperties();
      return more.get("resources") instanceof Map<?, ?> resources
          ? new PodLevelStatus(
              quantityMap(resources.get("requests")), quantityMap(more.get("allocatedResources")))
          : new PodLevelStatus(null, null);
    }

    private static Map<String, Quantity> quantityMap(Object value) {
      Map<String, Quantity> quantities = new HashMap<>();
      if (value instanceof Map<?, ?> map) {
        map.forEach(
            (name, amount) ->
                quantities.put(String.valueOf(name), new Quantity(String.valueOf(amount))));
      }
      return quantities;
    }
  }
}
