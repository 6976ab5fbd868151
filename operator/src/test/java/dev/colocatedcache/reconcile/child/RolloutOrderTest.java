package dev.colocatedcache.reconcile.child;

import static org.assertj.core.api.Assertions.assertThat;

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
    "changes, absent, false",
    "absent, changes, false",
  })
  @DisplayName("until all anchors have changed and are back")
  void waits(String anchor, String follower, boolean waits) {
    assertThat(
            RolloutOrder.followerWaits(
                withTemplate("new"), live(anchor), withTemplate("new"), live(follower)))
        .isEqualTo(waits);
  }

  @Test
  @DisplayName("for an anchor that another tool has made, too")
  void adopted() {
    Deployment byHand = new DeploymentBuilder(done("")).build();
    byHand.getMetadata().setAnnotations(null);

    assertThat(
            RolloutOrder.followerWaits(
                withTemplate("new"), Optional.of(byHand), withTemplate("new"), live("changes")))
        .isTrue();
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
