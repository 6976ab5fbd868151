package dev.colocatedcache.reconcile.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A rollout counts as forgotten")
final class ForgottenRolloutTest {
  private static final Deployment STANDS_STILL =
      new DeploymentBuilder()
          .withNewMetadata()
          .withUid("ours")
          .withGeneration(5L)
          .endMetadata()
          .withNewSpec()
          .withReplicas(4)
          .endSpec()
          .withNewStatus()
          .withObservedGeneration(5L)
          .withReplicas(4)
          .withAvailableReplicas(4)
          .endStatus()
          .build();

  @Test
  @DisplayName("where old pods are there, as many as asked for, and the note says another number")
  void forgotten() {
    ReplicaSet old = replicaSet("ours", 4, "5");

    assertThat(ForgottenRollout.mayBe(STANDS_STILL)).isTrue();
    assertThat(ForgottenRollout.keptBackBy(STANDS_STILL, List.of(old, replicaSet("ours", 0, "5"))))
        .contains(old);
  }

  @Test
  @DisplayName("not where the note is right, is missing, or another Deployment's")
  void notForgotten() {
    for (ReplicaSet other :
        List.of(
            replicaSet("ours", 4, "4"),
            replicaSet("ours", 4, null),
            replicaSet("theirs", 4, "5"),
            replicaSet("ours", 3, "5"))) {
      assertThat(ForgottenRollout.keptBackBy(STANDS_STILL, List.of(other)))
          .as(other.toString())
          .isEmpty();
    }
  }

  @Test
  @DisplayName("not where new pods are there too: each ReplicaSet is given its share then")
  void underWay() {
    assertThat(
            ForgottenRollout.keptBackBy(
                STANDS_STILL, List.of(replicaSet("ours", 4, "5"), replicaSet("ours", 1, "5"))))
        .isEmpty();
  }

  @Test
  @DisplayName("not where it is done, paused, not yet observed, or of no pods")
  void doesNotStandStill() {
    for (Deployment other :
        List.of(
            new DeploymentBuilder(STANDS_STILL)
                .editStatus()
                .withUpdatedReplicas(4)
                .endStatus()
                .build(),
            new DeploymentBuilder(STANDS_STILL).editSpec().withPaused(true).endSpec().build(),
            new DeploymentBuilder(STANDS_STILL)
                .editMetadata()
                .withGeneration(6L)
                .endMetadata()
                .build(),
            new DeploymentBuilder(STANDS_STILL)
                .editSpec()
                .withReplicas(0)
                .endSpec()
                .editStatus()
                .withReplicas(0)
                .endStatus()
                .build(),
            new DeploymentBuilder(STANDS_STILL).withStatus(null).build())) {
      assertThat(ForgottenRollout.mayBe(other)).as(other.toString()).isFalse();
    }
  }

  private static ReplicaSet replicaSet(String owner, int replicas, String note) {
    ReplicaSet result =
        new ReplicaSetBuilder()
            .withNewMetadata()
            .addNewOwnerReference()
            .withUid(owner)
            .endOwnerReference()
            .endMetadata()
            .withNewSpec()
            .withReplicas(replicas)
            .endSpec()
            .build();
    if (note != null) {
      result.getMetadata().getAnnotations().put(ForgottenRollout.DESIRED, note);
    }
    return result;
  }
}
