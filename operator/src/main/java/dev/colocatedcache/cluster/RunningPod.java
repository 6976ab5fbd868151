package dev.colocatedcache.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;

/**
 * A pod of a child, as far as the operator looks at it.
 *
 * @param name of the pod
 * @param node that it is bound to; null while it is not
 * @param ready whether its condition Ready is True
 * @param terminating whether it has a deletionTimestamp
 * @param deletionCost its annotation {@value #DELETION_COST}; null where it has none
 */
public record RunningPod(
    String name, String node, boolean ready, boolean terminating, String deletionCost) {
  /** Which pod a ReplicaSet deletes first: that of the lowest cost (KEP-2255). */
  public static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

  static RunningPod of(Pod pod) {
    String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    List<PodCondition> conditions =
        pod.getStatus() == null ? List.of() : pod.getStatus().getConditions();
    return new RunningPod(
        pod.getMetadata().getName(),
        node == null || node.isEmpty() ? null : node,
        conditions.stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus())),
        pod.getMetadata().getDeletionTimestamp() != null,
        pod.getMetadata().getAnnotations() == null
            ? null
            : pod.getMetadata().getAnnotations().get(DELETION_COST));
  }
}
