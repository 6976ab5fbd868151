package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.api.v1alpha1.RoleStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What runs: the Deployments as the API server has them, and the pods.
 *
 * @param deployments by role; a role without one is absent
 * @param pods of both roles
 */
public record Observation(Map<Role, Deployment> deployments, List<OwnPod> pods) {

  public Observation {
    deployments = Map.copyOf(deployments);
    pods = List.copyOf(pods);
  }

  RoleStatus role(Role role) {
    DeploymentStatus status = status(role);
    return new RoleStatus(
        orZero(status.getReplicas()),
        orZero(status.getReadyReplicas()),
        orZero(status.getUpdatedReplicas()));
  }

  /** Whether the role's Deployment runs what it should, and nothing of before. */
  boolean settled(Role role) {
    Deployment deployment = deployments.get(role);
    if (deployment == null) {
      return false;
    }
    int wanted = orZero(deployment.getSpec().getReplicas());
    RoleStatus status = role(role);
    return observed(deployment)
        && status.replicas() == wanted
        && status.updatedReplicas() == wanted
        && status.readyReplicas() == wanted;
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
    return List.of(Role.values()).stream().map(this::problem).flatMap(Optional::stream).findFirst();
  }

  private Optional<Problem> problem(Role role) {
    Deployment deployment = deployments.get(role);
    if (deployment == null || !observed(deployment)) {
      return Optional.empty();
    }
    String what = "Deployment " + deployment.getMetadata().getName();
    return condition(role, "ReplicaFailure", "True")
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
