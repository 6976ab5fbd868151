package dev.colocatedcache.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheSpec;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.api.v1alpha1.Healing;
import dev.colocatedcache.api.v1alpha1.Placement;
import dev.colocatedcache.api.v1alpha1.Role;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusReportTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = START.plusSeconds(60);
  private static final Map<String, String> SELECTOR = Map.of("b", "2", "a", "1");

  @Test
  void allPairsReadyIsReadyAndNothingElse() {
    ColocatedCacheStatus status = report(asked(2), START, capacity(2, 2), running(2));

    assertThat(trueConditions(status)).containsExactlyInAnyOrder("Ready", "Colocated");
    assertThat(reason(status, "Ready")).isEqualTo("AllPairsReady");
    assertThat(status.readyReplicas()).isEqualTo(2);
    assertThat(status.colocatedReplicas()).isEqualTo(2);
    assertThat(status.updatedReplicas()).isEqualTo(2);
    assertThat(status.selector()).isEqualTo("a=1,b=2");
    assertThat(status.observedGeneration()).isEqualTo(7);
  }

  @Test
  void cappedAtOrAboveTheMinimumIsReady() {
    ColocatedCacheStatus status = report(asked(3), START, capacity(3, 2), running(2));

    assertThat(trueConditions(status))
        .containsExactlyInAnyOrder("Ready", "CapacityLimited", "Colocated");
    assertThat(reason(status, "Ready")).isEqualTo("Capped");
    assertThat(status.requestedReplicas()).isEqualTo(3);
    assertThat(status.replicas()).isEqualTo(2);
  }

  @Test
  void anAnchorWithoutRoomForItsFollowerIsNoReadyPair() {
    Observation observation =
        new Observation(
            Map.of(Role.SERVICE, deployment(2, 2, 2), Role.CACHE, deployment(3, 3, 3)),
            pods(2),
            List.of(),
            null);
    ColocatedCacheStatus status = report(asked(3), START, capacity(3, 3), observation);

    assertThat(reason(status, "Ready")).isEqualTo("Capped");
    assertThat(condition(status, "Ready").getStatus()).isEqualTo("True");
    assertThat(condition(status, "Ready").getMessage())
        .isEqualTo("2 of 3 pairs ready: the other anchors run where their followers do not fit");
  }

  @Test
  void fewerThanTheMinimumIsNotReady() {
    ColocatedCacheStatus status = report(asked(3), START, capacity(3, 0), running(0));

    assertThat(trueConditions(status)).containsExactlyInAnyOrder("CapacityLimited", "Colocated");
    assertThat(reason(status, "Ready")).isEqualTo("TooFewPairs");
  }

  @Test
  void noneAskedForIsReady() {
    ColocatedCacheStatus status = report(asked(0), START, capacity(0, 0), running(0));

    assertThat(trueConditions(status)).containsExactlyInAnyOrder("Ready", "Colocated");
  }

  @Test
  void podsThatAreNotReadyYetAreReconciling() {
    Observation observation =
        new Observation(
            Map.of(Role.SERVICE, deployment(2, 2, 1), Role.CACHE, deployment(2, 2, 2)),
            pods(2),
            List.of(),
            null);
    ColocatedCacheStatus status = report(asked(2), START, capacity(2, 2), observation);

    assertThat(trueConditions(status)).containsExactlyInAnyOrder("Reconciling", "Colocated");
  }

  @Test
  void podsOfAnOlderTemplateAreARollout() {
    Observation observation =
        new Observation(
            Map.of(Role.SERVICE, deployment(2, 1, 2), Role.CACHE, deployment(2, 2, 2)),
            pods(2),
            List.of(),
            null);
    ColocatedCacheStatus status = report(asked(2), START, capacity(2, 2), observation);

    assertThat(reason(status, "Reconciling")).isEqualTo("RollingOut");
    assertThat(status.updatedReplicas()).isEqualTo(1);
  }

  @Test
  void nodesThatCannotBeAskedForStallAndLeavePairsReady() {
    Problem problem = new Problem(Problem.Reason.CapacityBufferMissing, "install it");
    ColocatedCacheStatus status =
        report(asked(3), START, capacity(3, 2).unremedied(problem), running(2));

    assertThat(trueConditions(status))
        .containsExactlyInAnyOrder("Ready", "Stalled", "CapacityLimited", "Colocated");
    assertThat(condition(status, "Stalled").getMessage()).isEqualTo("install it");
  }

  @Test
  void podsThatArePendingOnPurposeAreNotWaitedFor() {
    Observation observation =
        new Observation(
            Map.of(Role.SERVICE, deployment(3, 3, 2), Role.CACHE, deployment(3, 3, 2)),
            pods(2),
            List.of(),
            null);
    ColocatedCacheStatus status = report(asked(5), START, capacity(5, 2).pending(1), observation);

    assertThat(trueConditions(status))
        .containsExactlyInAnyOrder("Ready", "CapacityLimited", "Colocated");
    assertThat(status.replicas()).isEqualTo(2);
    assertThat(condition(status, "CapacityLimited").getMessage())
        .contains("1 more pair is Pending on purpose");

    ColocatedCacheStatus starting =
        report(asked(5), START, capacity(5, 3).pending(1), observation(4, 2));
    assertThat(trueConditions(starting)).contains("Reconciling").doesNotContain("Ready");
  }

  private static Observation observation(int replicas, int ready) {
    Deployment deployment = deployment(replicas, replicas, ready);
    return new Observation(
        Map.of(Role.SERVICE, deployment, Role.CACHE, deployment), pods(ready), List.of(), null);
  }

  @Test
  void aDeploymentThatCannotCreatePodsIsStalledWithWhatToDo() {
    Deployment failing =
        new DeploymentBuilder(deployment(2, 0, 0))
            .editStatus()
            .addNewCondition()
            .withType("ReplicaFailure")
            .withStatus("True")
            .withMessage("pods \"x\" is forbidden: serviceaccount \"shop\" not found")
            .endCondition()
            .endStatus()
            .build();
    ColocatedCacheStatus status =
        report(
            asked(2),
            START,
            capacity(2, 2),
            new Observation(
                Map.of(Role.SERVICE, failing, Role.CACHE, deployment(2, 2, 2)),
                List.of(),
                List.of(),
                null));

    assertThat(trueConditions(status)).containsExactlyInAnyOrder("Stalled", "Colocated");
    assertThat(condition(status, "Stalled").getMessage())
        .contains("serviceaccount \"shop\" not found")
        .contains("spec.service.template.spec.serviceAccountName");
  }

  @Test
  void aContainerThatCannotRunIsStalledWithItsNodeAndReason() {
    List<OwnPod> pods = new ArrayList<>(pods(1));
    pods.add(
        new OwnPod(
            Role.CACHE, "node-1", "node-1", false, false, "container redis: ImagePullBackOff"));
    ColocatedCacheStatus status =
        report(
            asked(2),
            START,
            capacity(2, 2),
            new Observation(
                Map.of(Role.SERVICE, deployment(2, 2, 2), Role.CACHE, deployment(2, 1, 1)),
                pods,
                List.of(),
                null));

    assertThat(trueConditions(status)).containsExactly("Stalled");
    assertThat(reason(status, "Ready")).isEqualTo("PodsFailing");
    assertThat(condition(status, "Stalled").getMessage())
        .contains("node-1", "container redis: ImagePullBackOff", "spec.cache.template");
  }

  @Test
  void aBudgetOfSomebodyElseStallsAndLeavesPairsReady() {
    Observation observation =
        new Observation(
            Map.of(Role.SERVICE, deployment(2, 2, 2), Role.CACHE, deployment(2, 2, 2)),
            pods(2),
            List.of("shop-wide"),
            null);
    ColocatedCacheStatus status = report(asked(2), START, capacity(2, 2), observation);

    assertThat(trueConditions(status)).containsExactlyInAnyOrder("Ready", "Stalled", "Colocated");
    assertThat(condition(status, "Stalled").getMessage())
        .contains("shop-wide", "spec.disruptionBudget.mode");
  }

  @Test
  void whatCannotBeAppliedKeepsTheNumbersOfWhatRuns() {
    ColocatedCache resource = asked(2);
    resource.setStatus(report(resource, START, capacity(2, 2), running(2)));
    ColocatedCacheStatus status =
        new StatusReport(resource, LATER)
            .notApplied(new Problem(Problem.Reason.NameConflict, "taken"), Optional.empty());

    assertThat(trueConditions(status)).containsExactlyInAnyOrder("Stalled", "Colocated");
    assertThat(status.replicas()).isEqualTo(2);
    assertThat(condition(status, "Stalled").getMessage()).isEqualTo("taken");
  }

  @Test
  void aFailingApiServerIsToldOfOnceAndWhatIsKnownStays() {
    ColocatedCache resource = asked(3);
    ColocatedCacheStatus before = report(resource, START, capacity(3, 2), running(2));
    resource.setStatus(before);
    ColocatedCacheStatus status = new StatusReport(resource, LATER).retrying("no answer");

    assertThat(trueConditions(status))
        .containsExactlyInAnyOrder("Ready", "Reconciling", "CapacityLimited", "Colocated");
    assertThat(condition(status, "Reconciling").getMessage()).isEqualTo("no answer");
    assertThat(status.replicas()).isEqualTo(2);

    resource.setStatus(status);
    assertThat(new StatusReport(resource, LATER).retrying("no answer from :4711"))
        .isEqualTo(status);
    assertThat(trueConditions(report(resource, LATER, capacity(3, 2), running(2))))
        .doesNotContain("Reconciling");
  }

  @Test
  void aFailingApiServerIsToldOfWhereNothingWasSaidBefore() {
    ColocatedCacheStatus status = new StatusReport(asked(2), START).retrying("no answer");

    assertThat(trueConditions(status)).containsExactly("Reconciling");
    assertThat(reason(status, "Ready")).isEqualTo("ApiServerError");
    assertThat(status.observedGeneration()).as("not seen through yet").isNull();
  }

  @Test
  void theSameAgainIsEqualSoThatNothingIsWritten() {
    ColocatedCache resource = asked(3);
    ColocatedCacheStatus first = report(resource, START, capacity(3, 2), running(2));
    resource.setStatus(first);

    assertThat(report(resource, LATER, capacity(3, 2), running(2))).isEqualTo(first);
  }

  @Test
  void lastTransitionTimeMovesOnlyWithTheStatus() {
    ColocatedCache resource = asked(3);
    resource.setStatus(report(resource, START, capacity(3, 2), running(2)));
    ColocatedCacheStatus later = report(resource, LATER, capacity(3, 3), running(3));

    assertThat(condition(later, "Ready").getLastTransitionTime()).isEqualTo(START.toString());
    assertThat(condition(later, "CapacityLimited").getLastTransitionTime())
        .isEqualTo(LATER.toString());
  }

  @Test
  void aGenerationIsProvenOnceItHasBeenAppliedAndNotWhileItIsRefused() {
    ColocatedCache resource = asked(2);
    assertThat(new StatusReport(resource, START).proven()).isFalse();

    resource.setStatus(report(resource, START, capacity(2, 2), running(2)));
    assertThat(new StatusReport(resource, START).proven()).isTrue();

    resource.setStatus(
        new StatusReport(resource, START)
            .notApplied(new Problem(Problem.Reason.Rejected, "refused"), Optional.empty()));
    assertThat(new StatusReport(resource, START).proven()).isFalse();
  }

  @Test
  void aMisplacedAnchorIsNamedWithTheWayOut() {
    ColocatedCacheStatus status =
        new StatusReport(asked(2), START)
            .applied(
                SELECTOR,
                capacity(2, 2),
                running(2),
                new BrokenPairs(List.of("node-9"), List.of()),
                SurgeLimit.NOT_ASKED);

    assertThat(condition(status, "Colocated").getStatus()).isEqualTo("False");
    assertThat(reason(status, "Colocated")).isEqualTo("AnchorMisplaced");
    assertThat(condition(status, "Colocated").getMessage()).contains("node-9");
  }

  @Test
  void aFollowerThatWasLeftBehindIsNamedWithWhatHappensNext() {
    BrokenPairs broken = new BrokenPairs(List.of(), List.of("node-3"));
    ColocatedCache left = asked(2);
    left.setSpec(
        new ColocatedCacheSpec(
            2,
            1,
            null,
            null,
            new Placement(null, null, null, Healing.NONE),
            null,
            null,
            null,
            null));

    Condition evicted = colocated(asked(2), broken);
    Condition stays = colocated(left, broken);

    assertThat(evicted.getReason()).isEqualTo("FollowerStranded");
    assertThat(evicted.getMessage()).contains("node-3", "it is evicted when");
    assertThat(stays.getMessage()).contains("node-3", "set spec.placement.healing to Evict");
  }

  private static Condition colocated(ColocatedCache resource, BrokenPairs broken) {
    return condition(
        new StatusReport(resource, START)
            .applied(SELECTOR, capacity(2, 2), running(2), broken, SurgeLimit.NOT_ASKED),
        "Colocated");
  }

  private static ColocatedCacheStatus report(
      ColocatedCache resource, Instant now, Capacity capacity, Observation observation) {
    return new StatusReport(resource, now)
        .applied(SELECTOR, capacity, observation, BrokenPairs.NONE, SurgeLimit.NOT_ASKED);
  }

  private static ColocatedCache asked(int replicas) {
    ColocatedCache resource = new ColocatedCache();
    resource.setMetadata(new ObjectMetaBuilder().withName("checkout").withGeneration(7L).build());
    resource.setSpec(new ColocatedCacheSpec(replicas, 1, null, null, null, null, null, null, null));
    return resource;
  }

  private static Capacity capacity(int requested, int granted) {
    return new Capacity(requested, granted, 4, granted, Map.of(), "kubernetes.io/hostname");
  }

  private static Observation running(int pairs) {
    Deployment deployment = deployment(pairs, pairs, pairs);
    return new Observation(
        Map.of(Role.SERVICE, deployment, Role.CACHE, deployment), pods(pairs), List.of(), null);
  }

  private static List<OwnPod> pods(int pairs) {
    List<OwnPod> pods = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      pods.add(new OwnPod(Role.SERVICE, "node-" + i, "node-" + i, true, false, null));
      pods.add(new OwnPod(Role.CACHE, "node-" + i, "node-" + i, true, false, null));
    }
    return pods;
  }

  private static Deployment deployment(int replicas, int updated, int ready) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName("checkout")
        .withGeneration(1L)
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .endSpec()
        .withNewStatus()
        .withObservedGeneration(1L)
        .withReplicas(replicas)
        .withUpdatedReplicas(updated)
        .withReadyReplicas(ready)
        .endStatus()
        .build();
  }

  private static List<String> trueConditions(ColocatedCacheStatus status) {
    return status.conditions().stream()
        .filter(c -> c.getStatus().equals("True"))
        .map(Condition::getType)
        .toList();
  }

  private static String reason(ColocatedCacheStatus status, String type) {
    return condition(status, type).getReason();
  }

  private static Condition condition(ColocatedCacheStatus status, String type) {
    return Conditions.find(status.conditions(), type);
  }
}
