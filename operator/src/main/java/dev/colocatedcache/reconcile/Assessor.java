package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.NodeInfo;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.AbsentNode;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.PendingPods;
import dev.colocatedcache.reconcile.child.RolloutOrder;
import dev.colocatedcache.reconcile.child.RolloutRoom;
import dev.colocatedcache.reconcile.child.Selectors;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.status.Observation;
import dev.colocatedcache.status.OwnPod;
import dev.colocatedcache.status.Problem;
import dev.colocatedcache.status.SurgeLimit;
import dev.colocatedcache.workload.CapacityTerms;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks the affinity evaluator how many pairs fit, and puts its answer in terms of the two roles.
 */
final class Assessor {
  private final ClusterView cluster;
  private final ClusterEventSource changes;
  private final LiveChildren live;
  private final Competition competition;
  private final PendingPods pendingPods;
  private final EvaluationTimer timer;

  Assessor(
      ClusterView cluster,
      ClusterEventSource changes,
      LiveChildren live,
      Competition competition,
      KubernetesSerialization serialization,
      EvaluationTimer timer) {
    this.timer = timer;
    this.cluster = cluster;
    this.competition = competition;
    this.changes = changes;
    this.live = live;
    this.pendingPods = new PendingPods(live, serialization);
  }

  /**
   * What the cluster has room for while pods of {@code resource} are exchanged for new ones.
   *
   * @param said whether what is to be said before has been said
   */
  RolloutRoom rolloutRoom(ColocatedCache resource, Workload workload, boolean said) {
    return new RolloutRoom() {
      private final SurgeRoom surge = surgeRoom(resource, workload);

      @Override
      public Optional<Problem> objection() {
        return objectionToRollout(resource, workload)
            .filter(problem -> !(said && problem.reason().isNotice()));
      }

      @Override
      public boolean holdsBoth(Role role) {
        return surge.rejected(role).isEmpty();
      }

      @Override
      public boolean isStuck(Role role) {
        RoleModel model = workload.role(role);
        return surge.isStuck(model, cluster.pods(model.namespace(), model.name()));
      }
    };
  }

  private SurgeRoom surgeRoom(ColocatedCache resource, Workload workload) {
    AdmissionContext admission = cluster.admission(workload.anchor().namespace());
    return new SurgeRoom(
        workload,
        PairQuestion.of(resource, workload, admission).request(),
        admission,
        competition.seenBy(ResourceID.fromResource(resource), cluster.snapshot()));
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
    // An anchor where its follower does not fit gets none: it would be Pending for ever. Where
    // there are more anchors than granted, those go first.
    Map<String, List<RunningPod>> pods =
        cluster.pods(anchor.namespace(), List.of(anchor.name(), follower.name()));
    List<RunningPod> anchors = pods.get(anchor.name());
    List<RunningPod> followers = pods.get(follower.name());
    PairQuestion question = answer.question();
    Capacity withRoom =
        question.answered(
            question.capacity(evaluation).keeping(places.granted(), places.reasons()),
            evaluation,
            nodes(anchors),
            allowed -> pendingPods.now(resource, workload, granted, allowed));
    Capacity capacity = withRoom.without(answer.waiting());
    int pending = capacity.pending();
    long alive = anchors.stream().filter(pod -> !pod.terminating()).count();
    int surplus = (int) Math.max(0, alive - granted - pending);
    List<String> misplacedAnchors = places.evaluation().misplacedAnchors();
    int misplaced = Math.min(granted, Math.max(0, misplacedAnchors.size() - surplus));
    Map<Role, Integer> replicas = new EnumMap<>(Role.class);
    replicas.put(anchor.role(), granted + pending);
    replicas.put(follower.role(), granted + pending - misplaced);
    UnaryOperator<String> domainOf = node -> domain(places.cluster(), node, workload.topologyKey());
    FollowersKept followersKept = FollowersKept.beside(anchors, misplaced, domainOf);
    Map<Role, Set<String>> kept = new EnumMap<>(Role.class);
    kept.put(anchor.role(), nodes(places.pairs(), Pair::anchorNode));
    kept.put(follower.role(), nodes(followersKept.of(places.pairs()), Pair::followerNode));
    giveWay(replicas, anchor.role(), anchors, answer.lost(), domainOf);
    giveWay(replicas, follower.role(), followers, answer.lost(), domainOf);
    GateOpenings gates =
        new GateOpenings(
            anchors, followers, evaluation.room(), places.evaluation().room(), pending, domainOf);
    return new Assessment(
        capacity,
        replicas,
        Misplaced.among(
            misplacedAnchors, anchors, followers, pending, evaluation.pairs(), domainOf),
        kept,
        Map.of(
            anchor.role(),
            evaluation.room().stream().map(Pair::anchorNode).toList(),
            follower.role(),
            followersKept.of(evaluation.room()).stream().map(Pair::followerNode).toList()),
        gates.now(
            workload.surges() ? surplus : 0,
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

  /**
   * Takes as many pods away as run where pairs of higher priority are to be. Where there is room
   * elsewhere they are made anew once these are gone.
   */
  private static void giveWay(
      Map<Role, Integer> replicas,
      Role role,
      List<RunningPod> pods,
      Set<String> lost,
      UnaryOperator<String> domainOf) {
    List<RunningPod> alive = pods.stream().filter(pod -> !pod.terminating()).toList();
    int going =
        (int)
            alive.stream()
                .map(RunningPod::node)
                .filter(Objects::nonNull)
                .map(domainOf)
                .filter(Objects::nonNull)
                .filter(lost::contains)
                .count();
    if (going > 0) {
      replicas.merge(role, alive.size() - going, Math::min);
    }
  }

  /** The node's domain; null where it is in none. */
  static String domain(Snapshot snapshot, String node, String topologyKey) {
    NodeInfo info = snapshot.node(node);
    return info == null ? null : info.label(topologyKey);
  }

  /** What speaks against replacing all pods of {@code resource}, or is to be said before. */
  private Optional<Problem> objectionToRollout(ColocatedCache resource, Workload workload) {
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

  private static Set<String> nodes(List<RunningPod> pods) {
    return pods.stream()
        .filter(pod -> !pod.terminating() && pod.node() != null)
        .map(RunningPod::node)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<String> nodes(List<Pair> pairs, Function<Pair, String> half) {
    return pairs.stream().map(half).collect(Collectors.toUnmodifiableSet());
  }

  /** {@code resource} cannot use what it was granted: whoever else wants the room may have it. */
  void giveUp(ColocatedCache resource) {
    competition.giveUp(ResourceID.fromResource(resource), changes);
  }

  /** What runs of {@code workload}, that of {@code owner}; its pods wake it from now on. */
  Observation observe(ColocatedCache owner, Workload workload) {
    Map<Role, Deployment> deployments = new EnumMap<>(Role.class);
    List<OwnPod> pods = new ArrayList<>();
    Snapshot there = cluster.snapshot();
    // A pod on a node that has gone is still beside its other half.
    Snapshot known =
        cluster.snapshotWith(cluster.absent(CapacityTerms.of(owner.getSpec()).scaleDownDelay()));
    for (Role role : Role.values()) {
      RoleModel model = workload.role(role);
      changes.follow(ResourceID.fromResource(owner), model.name());
      live.ours(owner, model.name()).ifPresent(deployment -> deployments.put(role, deployment));
      for (RunningPod pod : cluster.pods(model.namespace(), model.name())) {
        String domain =
            pod.node() == null ? null : domain(known, pod.node(), workload.topologyKey());
        boolean ready = pod.ready() && there.node(pod.node()) != null;
        pods.add(new OwnPod(role, pod.node(), domain, ready, pod.terminating(), pod.trouble()));
      }
    }
    Service cache = live.service(owner, workload.role(Role.CACHE).name()).orElse(null);
    Observation observation = new Observation(deployments, pods, rivalBudgets(workload), cache);
    if (observation.keepsPodsFromComing()) {
      giveUp(owner);
    }
    return observation;
  }

  private List<String> rivalBudgets(Workload workload) {
    if (workload.disruptionBudget(Role.SERVICE).isEmpty()) {
      return List.of();
    }
    return live.foreignBudgets(workload.anchor().namespace()).stream()
        .filter(
            budget ->
                Stream.of(Role.values())
                    .map(role -> workload.role(role).template().getMetadata().getLabels())
                    .anyMatch(labels -> Selectors.match(budget.getSpec().getSelector(), labels)))
        .map(budget -> budget.getMetadata().getName())
        .sorted()
        .toList();
  }
}
