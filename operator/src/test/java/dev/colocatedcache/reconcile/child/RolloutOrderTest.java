package dev.colocatedcache.reconcile.child;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Problem;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("When templates change, the follower waits")
final class RolloutOrderTest {
  private static final int PODS = 3;

  @ParameterizedTest(name = "anchor: {0}; follower: {1}: {2}")
  @CsvSource({
    "changes, changes, true",
    "changes, done, false",
    "done, changes, false",
    "done, done, false",
    "updating, changes, true",
    "updating, updating, true",
    "updating, paused, true",
    "unseen, changes, true",
    "not ready, changes, false",
    "not ready, updating, false",
    "not ready, paused, true",
    "done, paused, false",
    "updating, unseen, false",
    "updating, unseen and paused, true",
    "done, unseen and paused, true",
    "changes, absent, false",
    "absent, changes, false",
  })
  @DisplayName("until all anchors have changed and are back")
  void waits(String anchor, String follower, boolean waits) {
    assertThat(
            RolloutOrder.followerWaits(
                withTemplate("new"),
                live(anchor),
                withTemplate("new"),
                live(follower),
                FollowerNeed.NONE))
        .isEqualTo(waits);
  }

  @Test
  @DisplayName("for an anchor that another tool has made, too")
  void adopted() {
    Deployment byHand = new DeploymentBuilder(done("")).build();
    byHand.getMetadata().setAnnotations(null);

    assertThat(
            RolloutOrder.followerWaits(
                withTemplate("new"),
                Optional.of(byHand),
                withTemplate("new"),
                live("changes"),
                FollowerNeed.NONE))
        .isTrue();
  }

  @ParameterizedTest(name = "{0}, {1}, nodes hold both: {2}, stuck: {3}: {4}")
  @CsvSource({
    // A rollout begins, or may: it surges where there is room.
    "absent, -, true, false, true",
    "changes, replaces, true, false, true",
    "changes, surges, false, false, false",
    "done, replaces, true, false, true",
    "done, surges, false, false, false",
    // It goes on as it began, whatever room there is by now, unless it cannot.
    "updating, replaces, true, false, false",
    "updating, surges, false, false, true",
    "updating, surges, true, true, false",
    "no quota, surges, true, false, false",
    // While it waits, nothing is decided.
    "paused, surges, false, true, true",
    "paused, replaces, true, false, false",
  })
  @DisplayName("new pods come before old ones go, where the rollout could begin so and can go on")
  void surges(String state, String strategy, boolean room, boolean stuck, boolean surges) {
    RolloutRoom says =
        new RolloutRoom() {
          @Override
          public Optional<Problem> objection() {
            throw new AssertionError("not asked");
          }

          @Override
          public boolean holdsBoth(Role role) {
            return room;
          }

          @Override
          public boolean isStuck(Role role) {
            return stuck;
          }
        };
    assertThat(
            RolloutOrder.surges(
                withTemplate("new"),
                live(state).map(live -> by(strategy, live)),
                state.equals("paused"),
                Role.CACHE,
                says))
        .isEqualTo(surges);
  }

  private static Deployment by(String strategy, Deployment live) {
    boolean surges = strategy.equals("surges");
    return new DeploymentBuilder(live)
        .editSpec()
        .withNewStrategy()
        .withNewRollingUpdate()
        .withNewMaxSurge(surges ? 1 : 0)
        .withNewMaxUnavailable(surges ? 0 : 1)
        .endRollingUpdate()
        .endStrategy()
        .endSpec()
        .build();
  }

  @ParameterizedTest(name = "anchor: {0}; need: {1}: {2}")
  @CsvSource({
    "updating, NONE, true",
    "updating, ARRIVAL, true",
    "updating, ROLLOUT, false",
    "stalled, NONE, true",
    "stalled, ARRIVAL, false",
  })
  @DisplayName("for no anchor that waits in vain for what the follower's rollout brings")
  void needed(String anchor, FollowerNeed need, boolean waits) {
    assertThat(
            RolloutOrder.followerWaits(
                withTemplate("new"), live(anchor), withTemplate("new"), live("changes"), need))
        .isEqualTo(waits);
  }

  private static Optional<Deployment> live(String state) {
    return switch (state) {
      case "absent" -> Optional.empty();
      case "done" -> Optional.of(done("new"));
      case "changes" -> Optional.of(done("old"));
      case "updating" ->
          Optional.of(
              new DeploymentBuilder(done("new"))
                  .editStatus()
                  .withUpdatedReplicas(1)
                  .endStatus()
                  .build());
      case "no quota" ->
          Optional.of(
              new DeploymentBuilder(done("new"))
                  .editStatus()
                  .withUpdatedReplicas(0)
                  .addNewCondition()
                  .withType("ReplicaFailure")
                  .withStatus("True")
                  .endCondition()
                  .endStatus()
                  .build());
      case "stalled" ->
          Optional.of(
              new DeploymentBuilder(done("new"))
                  .editStatus()
                  .withUpdatedReplicas(1)
                  .addNewCondition()
                  .withType("Progressing")
                  .withStatus("False")
                  .endCondition()
                  .endStatus()
                  .build());
      case "paused" ->
          Optional.of(
              new DeploymentBuilder(done("new"))
                  .editSpec()
                  .withPaused(true)
                  .endSpec()
                  .editStatus()
                  .withUpdatedReplicas(0)
                  .endStatus()
                  .build());
      case "unseen" ->
          Optional.of(
              new DeploymentBuilder(done("new"))
                  .editMetadata()
                  .withGeneration(2L)
                  .endMetadata()
                  .build());
      case "unseen and paused" ->
          Optional.of(
              new DeploymentBuilder(done("new"))
                  .editMetadata()
                  .withGeneration(2L)
                  .endMetadata()
                  .editSpec()
                  .withPaused(true)
                  .endSpec()
                  .build());
      case "not ready" ->
          Optional.of(
              new DeploymentBuilder(done("new"))
                  .editStatus()
                  .withAvailableReplicas(PODS - 1)
                  .endStatus()
                  .build());
      default -> throw new IllegalArgumentException(state);
    };
  }

  private static Deployment withTemplate(String digest) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName("checkout")
        .withGeneration(1L)
        .addToAnnotations(Intent.DIGEST, digest + "-rest")
        .endMetadata()
        .withNewSpec()
        .withReplicas(PODS)
        .endSpec()
        .build();
  }

  private static Deployment done(String digest) {
    return new DeploymentBuilder(withTemplate(digest))
        .withNewStatus()
        .withObservedGeneration(1L)
        .withReplicas(PODS)
        .withUpdatedReplicas(PODS)
        .withAvailableReplicas(PODS)
        .endStatus()
        .build();
  }
}
