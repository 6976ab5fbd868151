package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.status.Observation;
import dev.colocatedcache.workload.Applied;
import dev.colocatedcache.workload.Workload;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the pairs that run while the newest spec cannot be applied: anchors that come back
 * are let loose, as the spec of before had it, and status goes on to tell of the pods.
 */
final class AppliedPairs {
  private static final Logger LOG = LoggerFactory.getLogger(AppliedPairs.class);

  private final LiveChildren live;
  private final Assessor assessor;
  private final PairGates gates;

  AppliedPairs(LiveChildren live, Assessor assessor, PairGates gates) {
    this.live = live;
    this.assessor = assessor;
    this.gates = gates;
  }

  /** What runs of {@code resource}; empty where no pair was ever applied. */
  Optional<Observation> lookAfter(ColocatedCache resource) {
    Optional<Workload> applied =
        resource.getSpec() == null
            ? Optional.empty()
            : Applied.of(resource, live.deployments(resource));
    if (applied.isEmpty()) {
      return Optional.empty();
    }
    Workload workload = applied.get();
    try {
      gates.open(workload, assessor.assessApplied(resource, workload));
    } catch (InvalidInputException e) {
      LOG.debug(
          "what runs of {} cannot be judged: {}", resource.getMetadata().getName(), e.getMessage());
    }
    return Optional.of(assessor.observe(resource, workload));
  }
}
