package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.reconcile.child.ChildSync;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.status.Observation;
import dev.colocatedcache.status.Problem;
import dev.colocatedcache.workload.Applied;
import dev.colocatedcache.workload.Workload;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the pairs that run while the newest spec cannot be applied: anchors that come back
 * are let loose, as the spec of before had it, no pod is asked for that fits nowhere, and status
 * goes on to tell of the pods.
 */
final class AppliedPairs {
  private static final Logger LOG = LoggerFactory.getLogger(AppliedPairs.class);

  private final LiveChildren live;
  private final Assessor assessor;
  private final PodObserver pods;
  private final ScaleDown scaleDown;
  private final ChildSync children;
  private final PairGates gates;

  AppliedPairs(
      LiveChildren live,
      Assessor assessor,
      PodObserver pods,
      ScaleDown scaleDown,
      ChildSync children,
      PairGates gates) {
    this.live = live;
    this.assessor = assessor;
    this.pods = pods;
    this.scaleDown = scaleDown;
    this.children = children;
    this.gates = gates;
  }

  /**
   * What came of looking after them.
   *
   * @param observation what runs; empty where no pair was ever applied
   * @param soon when to come back for counts that are to drop; empty where none is
   */
  record Kept(Optional<Observation> observation, Optional<Duration> soon) {}

  /**
   * Looks after what runs of {@code resource}.
   *
   * @param problem why the spec cannot be applied. Where nothing but its template is in the way,
   *     the pairs follow the nodes and its replicas as they would without it
   */
  Kept lookAfter(ColocatedCache resource, Problem problem) {
    Optional<Workload> applied =
        resource.getSpec() == null
            ? Optional.empty()
            : Applied.of(resource, live.deployments(resource));
    if (applied.isEmpty()) {
      return new Kept(Optional.empty(), Optional.empty());
    }
    Workload workload = applied.get();
    Optional<Duration> soon = Optional.empty();
    try {
      Assessment assessment = assessor.assessApplied(resource, workload);
      if (problem.reason() == Problem.Reason.NoRoomForRollout) {
        ScaleDown.Step step = scaleDown.prepare(resource, workload, assessment);
        soon = Optional.ofNullable(step.pause());
        if (soon.isEmpty()) {
          children.scale(resource, workload, step.replicas());
        }
        // The templates alone are held back, and nothing of those is in a Service or a budget.
        children.restore(resource, Workload.of(resource), assessment.capacity());
      }
      gates.open(workload, assessment);
    } catch (InvalidInputException e) {
      LOG.debug(
          "what runs of {} cannot be judged: {}", resource.getMetadata().getName(), e.getMessage());
    }
    return new Kept(Optional.of(pods.observe(resource, workload)), soon);
  }
}
