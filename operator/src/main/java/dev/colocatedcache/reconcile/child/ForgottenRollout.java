package dev.colocatedcache.reconcile.child;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Optional;

/**
 * A rollout that the Deployment controller has forgotten (kubernetes/kubernetes#138036).
 *
 * <p>It notes on each ReplicaSet how many pods the Deployment asked for, and while the note differs
 * from what is asked for now it scales and does not roll. Where the count drops in the moment in
 * which the first old pod has been given up and the first new one is not yet asked for, the old
 * ReplicaSet happens to have the right size, is left alone, and so is its note: for ever.
 */
final class ForgottenRollout {
  /** The note: an annotation of a ReplicaSet. */
  static final String DESIRED = "deployment.kubernetes.io/desired-replicas";

  private ForgottenRollout() {}

  /**
   * Whether it may be so, as far as the Deployment itself tells: old pods are there, and nothing is
   * under way. It looks so for a moment in every rollout.
   */
  static boolean mayBe(Deployment live) {
    DeploymentStatus status = live.getStatus();
    return status != null
        && status.getObservedGeneration() != null
        && status.getObservedGeneration() >= live.getMetadata().getGeneration()
        && !Boolean.TRUE.equals(live.getSpec().getPaused())
        && orZero(live.getSpec().getReplicas()) > 0
        && orZero(status.getUpdatedReplicas()) < orZero(status.getReplicas())
        && orZero(status.getReplicas()) == orZero(live.getSpec().getReplicas());
  }

  /**
   * The ReplicaSet with the note that is out of date, though its size is not.
   *
   * @param candidates which {@code live} selects
   */
  static Optional<ReplicaSet> keptBackBy(Deployment live, List<ReplicaSet> candidates) {
    List<ReplicaSet> active =
        candidates.stream()
            .filter(replicaSet -> orZero(replicaSet.getSpec().getReplicas()) > 0)
            .filter(
                replicaSet ->
                    replicaSet.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getUid().equals(live.getMetadata().getUid())))
            .toList();
    // Of several, each is given its share and its note.
    return active.size() != 1
        ? Optional.empty()
        : active.stream()
            .filter(
                one ->
                    one.getSpec().getReplicas().equals(live.getSpec().getReplicas())
                        && one.getMetadata().getAnnotations() != null
                        && one.getMetadata().getAnnotations().containsKey(DESIRED)
                        && !one.getMetadata()
                            .getAnnotations()
                            .get(DESIRED)
                            .equals(live.getSpec().getReplicas().toString()))
            .findFirst();
  }

  private static int orZero(Integer number) {
    return number == null ? 0 : number;
  }
}
