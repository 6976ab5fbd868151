package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.RolloutOrder;
import dev.colocatedcache.reconcile.child.RolloutRoom;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.status.Problem;
import dev.colocatedcache.status.SurgeLimit;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Asks the affinity evaluator what fits while pods are exchanged for those of a new template. */
final class RolloutAssessor {
  private final ClusterView cluster;
  private final LiveChildren live;
  private final Competition competition;
  private final EvaluationTimer timer;

  RolloutAssessor(
      ClusterView cluster, LiveChildren live, Competition competition, EvaluationTimer timer) {
    this.cluster = cluster;
    this.live = live;
    this.competition = competition;
    this.timer = timer;
  }

  /**
   * What the cluster has room for while pods of {@code resource} are exchanged for new ones.
   *
   * @param said whether what is to be said before has been said
   */
  RolloutRoom room(ColocatedCache resource, Workload workload, boolean said) {
    return new Room(resource, workload, said);
  }

  /** Whether rollouts of {@code workload} surge as asked for, and why not. */
  SurgeLimit surgeLimit(ColocatedCache resource, Workload workload) {
    if (!workload.surges()) {
      return SurgeLimit.NOT_ASKED;
    }
    SurgeRoom surge = surgeRoom(resource, workload);
    Map<Role, Map<String, List<String>>> replaced = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      if (live.ours(resource, workload.role(role).name())
          .filter(deployment -> !RolloutOrder.surges(deployment))
          .isPresent()) {
        Map<String, List<String>> why = new TreeMap<>();
        surge.rejected(role).forEach(node -> why.put(node.node(), node.reasons()));
        replaced.put(role, why);
      }
    }
    return new SurgeLimit(true, replaced);
  }

  private SurgeRoom surgeRoom(ColocatedCache resource, Workload workload) {
    AdmissionContext admission = cluster.admission(workload.anchor().namespace());
    return new SurgeRoom(
        workload,
        PairQuestion.of(resource, workload, admission).request(),
        admission,
        competition.seenBy(ResourceID.fromResource(resource), cluster.snapshot()));
  }

  private Optional<Problem> objection(ColocatedCache resource, Workload workload) {
    AdmissionContext admission = cluster.admission(workload.anchor().namespace());
    PairQuestion question = competition.question(resource, workload, 0);
    Pairs pairs = new Pairs(admission.version());
    Snapshot now = competition.seenBy(ResourceID.fromResource(resource), cluster.snapshot());
    Capacity anew =
        question.capacity(timer.time(() -> pairs.evaluateAnew(now, question.request())));
    // Not as the evaluator sees pairs: another topology key may leave it none to see.
    long running = Math.min(placed(workload.anchor()), placed(workload.follower()));
    return ShrinkingRollout.of(resource.getSpec(), anew, (int) running).problem();
  }

  /** Pods without a node are no pairs that a rollout could cost. */
  private long placed(RoleModel role) {
    return cluster.pods(role.namespace(), role.name()).stream()
        .filter(pod -> !pod.terminating() && pod.node() != null)
        .count();
  }

  private final class Room implements RolloutRoom {
    private final ColocatedCache resource;
    private final Workload workload;
    private final boolean said;

    /** Null until it is asked for, which a pair at rest never does. */
    private SurgeRoom surge;

    Room(ColocatedCache resource, Workload workload, boolean said) {
      this.resource = resource;
      this.workload = workload;
      this.said = said;
    }

    @Override
    public Optional<Problem> objection() {
      return RolloutAssessor.this
          .objection(resource, workload)
          .filter(problem -> !(said && problem.reason().isNotice()));
    }

    @Override
    public boolean holdsBoth(Role role) {
      return surge().rejected(role).isEmpty();
    }

    @Override
    public boolean isStuck(Role role) {
      RoleModel model = workload.role(role);
      // Before the room: of pods that are there by now it must know where they are.
      var pods = cluster.pods(model.namespace(), model.name());
      return surge().isStuck(model, pods);
    }

    private SurgeRoom surge() {
      if (surge == null) {
        surge = surgeRoom(resource, workload);
      }
      return surge;
    }
  }
}
