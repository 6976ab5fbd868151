package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.AbsentNode;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.PendingPods;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.workload.CapacityTerms;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Asks the affinity evaluator how many pairs fit, and puts its answer in terms of the two roles.
 */
final class Assessor {
  private final ClusterView cluster;
  private final ClusterEventSource changes;
  private final Competition competition;
  private final PendingPods pendingPods;

  Assessor(
      ClusterView cluster,
      ClusterEventSource changes,
      LiveChildren live,
      Competition competition,
      KubernetesSerialization serialization) {
    this.cluster = cluster;
    this.competition = competition;
    this.changes = changes;
    this.pendingPods = new PendingPods(live, serialization);
  }

  /** What the cluster has room for, of what {@code resource} asks for. */
  Assessment assess(ColocatedCache resource, Workload workload) {
    return assess(resource, workload, competition.assess(resource, workload, changes));
  }

  /**
   * The same for what runs of {@code resource}, whose newest spec cannot be applied. What is waited
   * for is room for that spec, so no change of the cluster is looked out for.
   */
  Assessment assessApplied(ColocatedCache resource, Workload applied) {
    return assess(resource, applied, competition.assessApplied(resource, applied));
  }

  private Assessment assess(ColocatedCache resource, Workload workload, Competition.Answer answer) {
    RoleModel anchor = workload.anchor();
    RoleModel follower = workload.follower();
    PairRequest request = answer.question().request();
    PairEvaluation evaluation = answer.evaluation();
    Snapshot basis = answer.basis();
    KeptPlaces places =
        keptPlaces(
            resource,
            request.wanted(),
            basis,
            evaluation,
            then -> competition.elsewhere(resource, answer, then));
    int granted = places.granted() - answer.waiting();
    Map<String, List<RunningPod>> pods =
        cluster.pods(anchor.namespace(), List.of(anchor.name(), follower.name()));
    List<RunningPod> anchors = pods.get(anchor.name());
    List<RunningPod> followers = pods.get(follower.name());
    List<String> misplaced = places.evaluation().misplacedAnchors();
    PairQuestion question = answer.question();
    Capacity withRoom =
        question.answered(
            question.capacity(evaluation).keeping(places.granted(), places.reasons()),
            evaluation,
            OccupiedNodes.of(anchors, granted, misplaced),
            allowed -> pendingPods.now(resource, workload, granted, allowed));
    Capacity capacity = withRoom.without(answer.waiting());
    int pending = capacity.pending();
    UnaryOperator<String> domainOf =
        node -> places.cluster().domainOf(node, workload.topologyKey());
    ReplicaCounts counts =
        ReplicaCounts.of(
            granted, pending, misplaced.size(), anchors, followers, answer.lost(), domainOf);
    FollowersKept followersKept = FollowersKept.beside(anchors, counts.misplaced(), domainOf);
    Map<Role, Set<String>> kept = new EnumMap<>(Role.class);
    kept.put(anchor.role(), nodes(places.pairs(), Pair::anchorNode));
    kept.put(follower.role(), nodes(followersKept.of(places.pairs()), Pair::followerNode));
    GateOpenings gates =
        new GateOpenings(
            anchors, followers, evaluation.room(), places.evaluation().room(), pending, domainOf);
    return new Assessment(
        capacity,
        Map.of(anchor.role(), counts.anchors(), follower.role(), counts.followers()),
        Misplaced.among(misplaced, anchors, followers, pending, evaluation.pairs(), domainOf),
        kept,
        Map.of(
            anchor.role(),
            evaluation.room().stream().map(Pair::anchorNode).toList(),
            follower.role(),
            followersKept.of(evaluation.room()).stream().map(Pair::followerNode).toList()),
        gates.now(
            workload.surges() ? counts.surplus() : 0,
            new SurgeRoom(workload, request, cluster.admission(anchor.namespace()), basis)
                ::placesFor),
        gates.outrun(workload.surges()),
        Stranded.among(anchors, followers, granted, pending, evaluation.pairs(), domainOf),
        question.buffer(withRoom, workload).orElse(null),
        places.ends());
  }

  private KeptPlaces keptPlaces(
      ColocatedCache resource,
      int wanted,
      Snapshot basis,
      PairEvaluation now,
      Function<Snapshot, PairEvaluation> evaluate) {
    Duration delay = CapacityTerms.of(resource.getSpec()).scaleDownDelay();
    List<AbsentNode> absent = cluster.absent(delay);
    if (absent.isEmpty()) {
      return KeptPlaces.none(Math.min(wanted, now.fits()), now, basis);
    }
    // What has been granted stands in the status, so that an operator that has just started knows.
    int before =
        resource.getStatus() == null || resource.getStatus().replicas() == null
            ? 0
            : resource.getStatus().replicas();
    Snapshot then = cluster.snapshotWith(absent);
    return KeptPlaces.of(now, wanted, before, absent, delay, then, evaluate);
  }

  private static Set<String> nodes(List<Pair> pairs, Function<Pair, String> half) {
    return pairs.stream().map(half).collect(Collectors.toUnmodifiableSet());
  }

  /** {@code resource} cannot use what it was granted: whoever else wants the room may have it. */
  void giveUp(ColocatedCache resource) {
    competition.giveUp(ResourceID.fromResource(resource), changes);
  }
}
