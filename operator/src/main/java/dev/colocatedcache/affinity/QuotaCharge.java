package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What ResourceQuotas charge for a pod, by {@code pkg/quota/v1/evaluator/core/pods.go}. Immutable.
 *
 * @param namespace of the pod
 * @param amounts by the name that a quota knows a resource by; no zeros
 * @param bounded whether the pod ends by itself: the scope Terminating
 * @param bestEffort whether its QoS class is BestEffort
 * @param priorityClass the name of its class, empty if it has none
 * @param reachesAcross whether its affinity is about pods of other namespaces
 */
public record QuotaCharge(
    String namespace,
    Map<String, ResourceQuantity> amounts,
    boolean bounded,
    boolean bestEffort,
    String priorityClass,
    boolean reachesAcross) {

  private static final String REQUESTS = "requests.";
  private static final String LIMITS = "limits.";
  private static final String HUGE_PAGES = "hugepages-";
  private static final List<String> COMPUTE = List.of("cpu", "memory", "ephemeral-storage");

  public QuotaCharge {
    amounts = Map.copyOf(amounts);
  }

  /**
   * The charge for a pod as the API server stores it.
   *
   * @throws InvalidInputException if a quantity is invalid
   */
  public static QuotaCharge of(Pod pod) {
    PodSpec spec = pod.getSpec() == null ? new PodSpec() : pod.getSpec();
    Long deadline = spec.getActiveDeadlineSeconds();
    return new QuotaCharge(
        PodStore.namespaceOf(pod),
        amounts(spec),
        deadline != null && deadline >= 0,
        isBestEffort(spec),
        Given.text(spec.getPriorityClassName()),
        reachesAcross(spec.getAffinity()));
  }

  private static Map<String, ResourceQuantity> amounts(PodSpec spec) {
    Map<String, ResourceQuantity> amounts = new HashMap<>();
    amounts.put("pods", ResourceQuantity.parse("1"));
    amounts.put("count/pods", ResourceQuantity.parse("1"));
    PodRequests.requests(spec)
        .forEach(
            (name, request) -> {
              if (COMPUTE.contains(name) || name.startsWith(HUGE_PAGES)) {
                amounts.put(name, request);
                amounts.put(REQUESTS + name, request);
              } else if (Resources.isScalar(name)) {
                amounts.put(REQUESTS + name, request);
              }
            });
    PodRequests.limits(spec)
        .forEach(
            (name, limit) -> {
              if (COMPUTE.contains(name)) {
                amounts.put(LIMITS + name, limit);
              }
            });
    amounts.values().removeIf(ResourceQuantity::isZero);
    return amounts;
  }

  /** {@code qos.GetPodQOS}: no container, nor the pod itself, asks for CPU or memory. */
  private static boolean isBestEffort(PodSpec spec) {
    return Stream.concat(
            Stream.ofNullable(spec.getResources()),
            Stream.of(spec.getContainers(), spec.getInitContainers())
                .flatMap(containers -> Given.list(containers).stream())
                .map(Container::getResources))
        .noneMatch(QuotaCharge::asksForAnything);
  }

  private static boolean asksForAnything(ResourceRequirements resources) {
    return resources != null
        && (hasCompute(resources.getRequests()) || hasCompute(resources.getLimits()));
  }

  private static boolean hasCompute(Map<String, Quantity> list) {
    Map<String, ResourceQuantity> amounts = PodRequests.quantities(list);
    return Stream.of("cpu", "memory")
        .anyMatch(name -> amounts.containsKey(name) && !amounts.get(name).isZero());
  }

  private static boolean reachesAcross(Affinity affinity) {
    if (affinity == null) {
      return false;
    }
    Stream<PodAffinityTerm> towards =
        affinity.getPodAffinity() == null
            ? Stream.empty()
            : terms(
                affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
                affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
    Stream<PodAffinityTerm> against =
        affinity.getPodAntiAffinity() == null
            ? Stream.empty()
            : terms(
                affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
                affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
    return Stream.concat(towards, against)
        .anyMatch(
            term ->
                !Given.list(term.getNamespaces()).isEmpty() || term.getNamespaceSelector() != null);
  }

  private static Stream<PodAffinityTerm> terms(
      List<PodAffinityTerm> required, List<WeightedPodAffinityTerm> preferred) {
    return Stream.concat(
        Given.list(required).stream(),
        Given.list(preferred).stream()
            .map(WeightedPodAffinityTerm::getPodAffinityTerm)
            .filter(term -> term != null));
  }
}
