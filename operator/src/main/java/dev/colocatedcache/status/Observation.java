package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.api.v1alpha1.RoleStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What runs: the Deployments as the API server has them, and the pods.
 *
 * @param deployments by role; a role without one is absent
 * @param pods of both roles
 * @param rivalBudgets names of PodDisruptionBudgets over the same pods that are not ours
 * @param cacheService the cache's Service; null where there is none
 */
public record Observation(
    Map<Role, Deployment> deployments,
    List<OwnPod> pods,
    List<String> rivalBudgets,
    Service cacheService) {

  public Observation {
    deployments = Map.copyOf(deployments);
    pods = List.copyOf(pods);
    rivalBudgets = List.copyOf(rivalBudgets);
  }

  RoleStatus role(Role role) {
    DeploymentStatus status = status(role);
    return new RoleStatus(
        orZero(status.getReplicas()),
        orZero(status.getReadyReplicas()),
        orZero(status.getUpdatedReplicas()));
  }

  /**
   * Whether the role's Deployment runs what it should, and nothing of before.
   *
   * @param pending pods that are Pending on purpose
   */
  boolean settled(Role role, int pending) {
    Deployment deployment = deployments.get(role);
    if (deployment == null) {
      return false;
    }
    int wanted = orZero(deployment.getSpec().getReplicas());
    RoleStatus status = role(role);
    return observed(deployment)
        && status.replicas() == wanted
        && status.updatedReplicas() == wanted
        && status.readyReplicas() >= wanted - pending;
  }

  /** Whether pods of an older template are still there. */
  boolean rollingOut(Role role) {
    Deployment deployment = deployments.get(role);
    return deployment != null
        && (!observed(deployment) || role(role).updatedReplicas() < role(role).replicas());
  }

  /** Pods that the role's Deployment is asked for. */
  int wanted(Role role) {
    Deployment deployment = deployments.get(role);
    return deployment == null ? 0 : orZero(deployment.getSpec().getReplicas());
  }

  /** What a Deployment itself says it cannot do. */
  Optional<Problem> problem() {
    return Stream.of(Role.values())
        .map(this::problem)
        .flatMap(Optional::stream)
        .findFirst()
        .or(this::budgetConflict);
  }

  /** Whether pods that are asked for are not even created until somebody changes something. */
  public boolean keepsPodsFromComing() {
    return problem().filter(p -> p.reason() == Problem.Reason.ReplicaFailure).isPresent();
  }

  private Optional<Problem> budgetConflict() {
    if (rivalBudgets.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Problem(
            Problem.Reason.BudgetConflict,
            "no node with a pair can be drained, for a pod under two PodDisruptionBudgets cannot"
                + " be evicted, and "
                + String.join(", ", rivalBudgets)
                + " covers pods that the operator's budgets cover: delete it, or set"
                + " spec.disruptionBudget.mode to None"));
  }

  /** A container that the kubelet cannot run, on the first node that has one. */
  private Optional<Problem> failing(Role role, String what) {
    return pods.stream()
        .filter(pod -> pod.role() == role && pod.trouble() != null && !pod.terminating())
        .min(Comparator.comparing(pod -> Objects.requireNonNullElse(pod.node(), "")))
        .map(
            pod ->
                new Problem(
                    Problem.Reason.PodsFailing,
                    "%s cannot run a pod on node %s: %s: mend spec.%s.template"
                        .formatted(what, pod.node(), pod.trouble(), role.value())));
  }

  private Optional<Problem> problem(Role role) {
    Deployment deployment = deployments.get(role);
    if (deployment == null || !observed(deployment)) {
      return Optional.empty();
    }
    String what = "Deployment " + deployment.getMetadata().getName();
    return condition(role, "ReplicaFailure", "True")
        .filter(condition -> !waitsForQuota(condition))
        .map(
            condition ->
                new Problem(
                    Problem.Reason.ReplicaFailure,
                    what
                        + " cannot create its pods: "
                        + PodRefusal.explained(
                            role,
                            deployment.getMetadata().getNamespace(),
                            Objects.requireNonNullElse(condition.getMessage(), ""))))
        .or(() -> failing(role, what))
        .or(
            () ->
                condition(role, "Progressing", "False")
                    .map(
                        condition ->
                            new Problem(
                                Problem.Reason.ProgressDeadlineExceeded,
                                what
                                    + " does not get on with its rollout: "
                                    + condition.getMessage()
                                    + ": look at its pods, and mend spec."
                                    + role.value()
                                    + ".template")));
  }

  /**
   * A quota counts a pod until it is gone, so where it is just enough for what is granted, a
   * replacement is refused for as long as the old pod terminates.
   */
  private boolean waitsForQuota(DeploymentCondition failure) {
    return Objects.requireNonNullElse(failure.getMessage(), "").contains("exceeded quota")
        && pods.stream().anyMatch(OwnPod::terminating);
  }

  private Optional<DeploymentCondition> condition(Role role, String type, String status) {
    return status(role).getConditions().stream()
        .filter(c -> type.equals(c.getType()) && status.equals(c.getStatus()))
        .findFirst();
  }

  private DeploymentStatus status(Role role) {
    Deployment deployment = deployments.get(role);
    return deployment == null || deployment.getStatus() == null
        ? new DeploymentStatus()
        : deployment.getStatus();
  }

  private static boolean observed(Deployment deployment) {
    Long observed =
        deployment.getStatus() == null ? null : deployment.getStatus().getObservedGeneration();
    return observed != null && observed >= deployment.getMetadata().getGeneration();
  }

  private static int orZero(Integer value) {
    return value == null ? 0 : value;
  }
}
