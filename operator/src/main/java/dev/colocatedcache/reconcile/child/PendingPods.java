package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Rollout;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.stream.Stream;

/**
 * When pods may be Pending on purpose: only while no rollout is under way. To a Deployment they are
 * unavailable like any others. In a rollout they would use up its maxUnavailable, so that it never
 * got on, and in the end its progress deadline; a Deployment whose last rollout is over counts
 * neither.
 */
public final class PendingPods {
  /** Why a Deployment is Progressing once its rollout is over, for good. */
  private static final String COMPLETE = "NewReplicaSetAvailable";

  private final LiveChildren live;
  private final KubernetesSerialization serialization;

  /** Looks at Deployments as {@code live} has them. */
  public PendingPods(LiveChildren live, KubernetesSerialization serialization) {
    this.live = live;
    this.serialization = serialization;
  }

  /**
   * How many pods of each half may be Pending now.
   *
   * @param granted pairs that are to be placed
   * @param allowed how many may be Pending at all
   */
  public int now(ColocatedCache owner, Workload workload, int granted, int allowed) {
    return allowed <= 0
        ? 0
        : Stream.of(Role.values())
            .map(workload::role)
            .mapToInt(role -> now(owner, workload, role, granted, allowed))
            .min()
            .orElse(0);
  }

  private int now(
      ColocatedCache owner, Workload workload, RoleModel role, int granted, int allowed) {
    Deployment deployment = live.ours(owner, role.name()).orElse(null);
    Deployment desired =
        Intent.marked(workload.deployment(role.role(), 0, Rollout.REPLACE), serialization);
    if (deployment == null
        || !Intent.templateDigest(desired).equals(Intent.templateDigest(deployment))) {
      return 0;
    }
    DeploymentStatus status = deployment.getStatus();
    if (status == null || status.getObservedGeneration() == null) {
      return 0;
    }
    if (status.getObservedGeneration() < deployment.getMetadata().getGeneration()) {
      // Nothing is known of what has just been written: it stays as it is.
      return Math.max(0, Math.min(allowed, deployment.getSpec().getReplicas() - granted));
    }
    boolean over =
        orZero(status.getUpdatedReplicas()) >= orZero(status.getReplicas())
            && status.getConditions().stream()
                .anyMatch(
                    condition ->
                        "Progressing".equals(condition.getType())
                            && COMPLETE.equals(condition.getReason()));
    return over ? allowed : 0;
  }

  private static int orZero(Integer number) {
    return number == null ? 0 : number;
  }
}
