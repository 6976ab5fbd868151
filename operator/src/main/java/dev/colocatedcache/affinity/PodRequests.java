package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What a pod counts for on a node, by {@code PodRequests} of k8s.io/component-helpers/resource:
 * containers and sidecars together or the largest init step, pod-level requests in their place,
 * overhead on top.
 */
final class PodRequests {

  private PodRequests() {}

  /** What an incoming pod asks for: its spec alone. */
  static Resources ofIncoming(PodSpec spec) {
    return Resources.requestOf(requests(spec));
  }

  /** What a spec asks for: {@code PodRequests}. */
  static Map<String, ResourceQuantity> requests(PodSpec spec) {
    Map<String, ResourceQuantity> total = ofContainers(spec, ResourceRequirements::getRequests);
    replace(total, podLevelRequests(spec));
    add(total, quantities(spec.getOverhead()));
    return total;
  }

  /** What a spec is limited to: {@code PodLimits}; overhead only where there is a limit. */
  static Map<String, ResourceQuantity> limits(PodSpec spec) {
    Map<String, ResourceQuantity> total = ofContainers(spec, ResourceRequirements::getLimits);
    if (spec.getResources() != null) {
      replace(total, podLevel(spec.getResources().getLimits()));
    }
    Map<String, ResourceQuantity> overhead = new HashMap<>(quantities(spec.getOverhead()));
    overhead.keySet().removeIf(name -> !total.containsKey(name) || total.get(name).isZero());
    add(total, overhead);
    return total;
  }

  /**
   * What a pod on a node takes: while it is resized, the most of what is wanted, allocated and
   * actuated.
   */
  static Resources ofExisting(PodSpec spec, PodStatus status, KubernetesVersion version) {
    Resize resize = new Resize(status, version);
    Map<String, ResourceQuantity> total = ofContainers(spec, resize::requestsOf);
    replace(total, resize.podLevel(podLevelRequests(spec)));
    add(total, quantities(spec.getOverhead()));
    return Resources.of(total);
  }

  /** {@code AggregateContainerRequests}, or of limits, as the spec has them. */
  static Map<String, ResourceQuantity> ofContainers(
      PodSpec spec, Function<ResourceRequirements, Map<String, Quantity>> part) {
    return ofContainers(
        spec,
        (container, runsOn) ->
            container.getResources() == null
                ? Map.of()
                : quantities(part.apply(container.getResources())));
  }

  /** Sums up; the function is asked for each container and whether it runs beside the others. */
  private static Map<String, ResourceQuantity> ofContainers(
      PodSpec spec, BiFunction<Container, Boolean, Map<String, ResourceQuantity>> amounts) {
    Map<String, ResourceQuantity> total = new HashMap<>();
    for (Container container : Given.list(spec.getContainers())) {
      add(total, amounts.apply(container, true));
    }
    Map<String, ResourceQuantity> sidecars = new HashMap<>();
    Map<String, ResourceQuantity> largestStep = new HashMap<>();
    for (Container container : Given.list(spec.getInitContainers())) {
      boolean sidecar = isSidecar(container);
      Map<String, ResourceQuantity> own = amounts.apply(container, sidecar);
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
    return total;
  }

  /** A restartable init container, which stays (KEP-753). */
  static boolean isSidecar(Container initContainer) {
    return "Always".equals(initContainer.getRestartPolicy());
  }

  /** The pod-level requests (KEP-2837); of other resources than these they mean nothing. */
  private static Map<String, ResourceQuantity> podLevelRequests(PodSpec spec) {
    if (spec.getResources() == null) {
      return Map.of();
    }
    return podLevel(spec.getResources().getRequests());
  }

  private static Map<String, ResourceQuantity> podLevel(Map<String, Quantity> list) {
    Map<String, ResourceQuantity> amounts = new HashMap<>(quantities(list));
    amounts.keySet().removeIf(name -> !isPodLevel(name));
    return amounts;
  }

  static boolean isPodLevel(String resource) {
    return resource.equals("cpu") || resource.equals("memory") || resource.startsWith("hugepages-");
  }

  /**
   * Reads a resource list.
   *
   * @throws InvalidInputException if one is not a quantity
   */
  static Map<String, ResourceQuantity> quantities(Map<String, Quantity> list) {
    if (list == null || list.isEmpty()) {
      return Map.of();
    }
    Map<String, ResourceQuantity> parsed = new HashMap<>();
    list.forEach((name, quantity) -> parsed.put(name, quantity(name, quantity)));
    return parsed;
  }

  private static ResourceQuantity quantity(String resource, Quantity quantity) {
    try {
      return quantity == null ? ResourceQuantity.ZERO : ResourceQuantity.of(quantity);
    } catch (InvalidInputException invalid) {
      throw invalid.in("resource " + resource);
    }
  }

  private static void add(Map<String, ResourceQuantity> sum, Map<String, ResourceQuantity> more) {
    more.forEach((name, quantity) -> sum.merge(name, quantity, ResourceQuantity::plus));
  }

  private static void max(Map<String, ResourceQuantity> most, Map<String, ResourceQuantity> other) {
    other.forEach((name, quantity) -> most.merge(name, quantity, ResourceQuantity::max));
  }

  private static void replace(
      Map<String, ResourceQuantity> total, Map<String, ResourceQuantity> podLevel) {
    total.putAll(podLevel);
  }

  /**
   * {@code determineEffectiveRequests}: the state of an in-place resize (KEP-1287, pod-level
   * KEP-5419).
   */
  private record Resize(PodStatus status, KubernetesVersion version) {

    Map<String, ResourceQuantity> requestsOf(Container container, boolean runsOn) {
      Map<String, ResourceQuantity> wanted =
          container.getResources() == null
              ? Map.of()
              : quantities(container.getResources().getRequests());
      ContainerStatus actual = runsOn ? statusOf(container) : null;
      return actual == null || actual.getResources() == null
          ? wanted
          : effective(
              wanted,
              quantities(actual.getResources().getRequests()),
              quantities(actual.getAllocatedResources()));
    }

    private ContainerStatus statusOf(Container container) {
      ContainerStatus ofInit = named(container.getName(), status.getInitContainerStatuses());
      return ofInit != null ? ofInit : named(container.getName(), status.getContainerStatuses());
    }

    private static ContainerStatus named(String name, List<ContainerStatus> statuses) {
      ContainerStatus last = null;
      for (ContainerStatus candidate : Given.list(statuses)) {
        if (Given.text(name).equals(candidate.getName())) {
          last = candidate;
        }
      }
      return last;
    }

    /** The model has no getters for the pod-level status. */
    Map<String, ResourceQuantity> podLevel(Map<String, ResourceQuantity> wanted) {
      Map<String, Object> more = status.getAdditionalProperties();
      Map<?, ?> actual = Given.untypedMap("status.resources", more.get("resources"));
      Map<String, ResourceQuantity> actuated =
          untyped("status.resources.requests", actual.get("requests"));
      Map<String, ResourceQuantity> allocated =
          untyped("status.allocatedResources", more.get("allocatedResources"));
      if (!version.atLeast(1, 36) || more.get("resources") == null) {
        return wanted;
      }
      Map<String, ResourceQuantity> effective = effective(wanted, actuated, allocated);
      Map<String, ResourceQuantity> result = new HashMap<>();
      wanted.forEach(
          (name, quantity) ->
              result.put(name, effective.getOrDefault(name, ResourceQuantity.ZERO)));
      return result;
    }

    private static Map<String, ResourceQuantity> untyped(String field, Object list) {
      Map<String, ResourceQuantity> parsed = new HashMap<>();
      Given.untypedMap(field, list)
          .forEach(
              (name, amount) ->
                  parsed.put(
                      String.valueOf(name),
                      quantity(
                          String.valueOf(name),
                          amount == null ? null : new Quantity(String.valueOf(amount)))));
      return parsed;
    }

    /** What is asked for does not count once the node has refused it. */
    private Map<String, ResourceQuantity> effective(
        Map<String, ResourceQuantity> wanted,
        Map<String, ResourceQuantity> actuated,
        Map<String, ResourceQuantity> allocated) {
      Map<String, ResourceQuantity> result =
          isInfeasible() ? new HashMap<>() : new HashMap<>(wanted);
      max(result, actuated);
      max(result, allocated);
      return result;
    }

    private boolean isInfeasible() {
      for (PodCondition condition : Given.list(status.getConditions())) {
        if ("PodResizePending".equals(condition.getType())) {
          return "Infeasible".equals(condition.getReason());
        }
      }
      return false;
    }
  }
}
