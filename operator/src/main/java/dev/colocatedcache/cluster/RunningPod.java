package dev.colocatedcache.cluster;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A pod of a child, as far as the operator looks at it.
 *
 * @param name of the pod
 * @param template what tells the pods of one template from those of another: the label {@value
 *     #TEMPLATE_HASH}; null where it has none
 * @param node that it is bound to; null while it is not
 * @param ready whether its condition Ready is True
 * @param terminating whether it has a deletionTimestamp
 * @param deletionCost its annotation {@value #DELETION_COST}; null where it has none
 * @param gates the names of the scheduling gates that keep it from being placed
 * @param placedFor the topology domain that its gate was opened for alone; null where it was not
 * @param readinessGates its readiness gates, each with the status of its condition: Unknown where
 *     nobody has set it yet
 * @param attracted whether it may only be placed where another pod is: it has required pod affinity
 * @param trouble why a container of it cannot run, in a few words; null where nothing is known to
 *     be wrong
 */
public record RunningPod(
    String name,
    String template,
    String node,
    boolean ready,
    boolean terminating,
    String deletionCost,
    Set<String> gates,
    String placedFor,
    Map<String, String> readinessGates,
    boolean attracted,
    String trouble) {
  /** Which pod a ReplicaSet deletes first: that of the lowest cost (KEP-2255). */
  public static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

  /** The label by which a Deployment tells the pods of its templates apart. */
  public static final String TEMPLATE_HASH = "pod-template-hash";

  /** An annotation: the topology domain whose follower the anchor comes back to. */
  public static final String PLACED_FOR = "colocatedcache.dev/placed-for";

  /** Why a kubelet says that a container waits, where waiting alone does not help. */
  private static final Set<String> CANNOT_RUN =
      Set.of(
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError",
          "CrashLoopBackOff");

  static RunningPod of(Pod pod) {
    String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    List<PodCondition> conditions =
        pod.getStatus() == null ? List.of() : pod.getStatus().getConditions();
    return new RunningPod(
        pod.getMetadata().getName(),
        pod.getMetadata().getLabels() == null
            ? null
            : pod.getMetadata().getLabels().get(TEMPLATE_HASH),
        node == null || node.isEmpty() ? null : node,
        conditions.stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus())),
        pod.getMetadata().getDeletionTimestamp() != null,
        pod.getMetadata().getAnnotations() == null
            ? null
            : pod.getMetadata().getAnnotations().get(DELETION_COST),
        gates(pod),
        pod.getMetadata().getAnnotations() == null
            ? null
            : pod.getMetadata().getAnnotations().get(PLACED_FOR),
        readinessGates(pod, conditions),
        attracted(pod),
        trouble(pod));
  }

  private static Set<String> gates(Pod pod) {
    return pod.getSpec() == null
        ? Set.of()
        : pod.getSpec().getSchedulingGates().stream()
            .map(PodSchedulingGate::getName)
            .collect(Collectors.toUnmodifiableSet());
  }

  private static Map<String, String> readinessGates(Pod pod, List<PodCondition> conditions) {
    return pod.getSpec() == null
        ? Map.of()
        : pod.getSpec().getReadinessGates().stream()
            .map(PodReadinessGate::getConditionType)
            .distinct()
            .collect(
                Collectors.toUnmodifiableMap(
                    type -> type,
                    type ->
                        conditions.stream()
                            .filter(condition -> type.equals(condition.getType()))
                            .map(PodCondition::getStatus)
                            .findFirst()
                            .orElse("Unknown")));
  }

  private static boolean attracted(Pod pod) {
    Affinity affinity = pod.getSpec() == null ? null : pod.getSpec().getAffinity();
    return affinity != null
        && affinity.getPodAffinity() != null
        && !affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().isEmpty();
  }

  private static String trouble(Pod pod) {
    if (pod.getStatus() == null) {
      return null;
    }
    return Stream.concat(
            pod.getStatus().getInitContainerStatuses().stream(),
            pod.getStatus().getContainerStatuses().stream())
        .filter(container -> CANNOT_RUN.contains(waitingReason(container)))
        .map(
            container ->
                "container %s (image %s): %s"
                    .formatted(container.getName(), container.getImage(), waitingReason(container)))
        .findFirst()
        .orElse(null);
  }

  private static String waitingReason(ContainerStatus container) {
    ContainerStateWaiting waiting =
        container.getState() == null ? null : container.getState().getWaiting();
    return waiting == null || waiting.getReason() == null ? "" : waiting.getReason();
  }
}
