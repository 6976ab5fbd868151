package dev.colocatedcache.status;

import static dev.colocatedcache.status.Conditions.CAPACITY_LIMITED;
import static dev.colocatedcache.status.Conditions.COLOCATED;
import static dev.colocatedcache.status.Conditions.READY;
import static dev.colocatedcache.status.Conditions.RECONCILING;
import static dev.colocatedcache.status.Conditions.STALLED;
import static dev.colocatedcache.status.Conditions.SURGE_LIMITED;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.api.v1alpha1.Healing;
import dev.colocatedcache.api.v1alpha1.Pairing;
import dev.colocatedcache.api.v1alpha1.Placement;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.api.v1alpha1.Traffic;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The status of a ColocatedCache, from what was granted and what was observed.
 *
 * <p>The conditions follow the Kubernetes API conventions and kstatus: Reconciling and Stalled are
 * there only while they are True. A ColocatedCache that is capped at or above its minReplicas is
 * Ready.
 */
public final class StatusReport {
  /** Reasons of Stalled that come from running pods, not from a spec that was refused. */
  private static final Set<String> AFTER_APPLY =
      Set.of(
          Problem.Reason.ReplicaFailure.name(),
          Problem.Reason.PodsFailing.name(),
          Problem.Reason.ProgressDeadlineExceeded.name(),
          Problem.Reason.BudgetConflict.name(),
          Problem.Reason.CapacityBufferMissing.name());

  private static final String API_SERVER_ERROR = "ApiServerError";

  private final ColocatedCache resource;
  private final ColocatedCacheStatus before;
  private final Instant now;

  /**
   * @param resource whose status it is, with the status that it has
   * @param now the time of a condition that flips
   */
  public StatusReport(ColocatedCache resource, Instant now) {
    this.resource = resource;
    this.before =
        resource.getStatus() == null
            ? new ColocatedCacheStatus(
                null, null, null, null, null, null, null, null, null, null, null, List.of())
            : resource.getStatus();
    this.now = now;
  }

  /** Whether the status that is there says that this generation of the spec has been applied. */
  public boolean proven() {
    return Objects.equals(resource.getMetadata().getGeneration(), before.observedGeneration())
        && before.conditions().stream()
            .filter(condition -> STALLED.equals(condition.getType()))
            .map(Condition::getReason)
            .allMatch(AFTER_APPLY::contains);
  }

  /**
   * The spec was applied.
   *
   * @param selector of the service's pods
   * @param broken pairs that do not become whole by themselves
   * @param surge whether rollouts surge as asked for
   */
  public ColocatedCacheStatus applied(
      Map<String, String> selector,
      Capacity capacity,
      Observation observation,
      BrokenPairs broken,
      SurgeLimit surge) {
    PairCount pairs = PairCount.of(observation.pods());
    Problem problem = observation.problem().orElse(capacity.problem());
    return new ColocatedCacheStatus(
        resource.getMetadata().getGeneration(),
        asText(selector),
        capacity.requested(),
        capacity.granted(),
        pairs.ready(),
        pairs.colocated(),
        updated(observation),
        observation.role(Role.SERVICE),
        observation.role(Role.CACHE),
        capacity.status(),
        TrafficReport.inForce(Traffic.policyOf(resource.getSpec()), observation.cacheService()),
        conditions(capacity, observation, pairs, broken, surge, problem));
  }

  /**
   * The spec could not be applied: what ran before still runs.
   *
   * @param running what that is; empty where it is not known, and the numbers stay
   */
  public ColocatedCacheStatus notApplied(Problem problem, Optional<Observation> running) {
    Conditions conditions =
        conditions()
            .set(READY, false, problem.reason().name(), problem.message())
            .set(STALLED, true, problem.reason().name(), problem.message())
            .keep(CAPACITY_LIMITED)
            .keep(COLOCATED)
            .keep(SURGE_LIMITED);
    ColocatedCacheStatus status =
        withConditions(resource.getMetadata().getGeneration(), conditions);
    return running.map(observation -> counted(status, observation)).orElse(status);
  }

  /** The same with the numbers of what runs. */
  private static ColocatedCacheStatus counted(
      ColocatedCacheStatus status, Observation observation) {
    PairCount pairs = PairCount.of(observation.pods());
    return new ColocatedCacheStatus(
        status.observedGeneration(),
        status.selector(),
        status.requestedReplicas(),
        status.replicas(),
        pairs.ready(),
        pairs.colocated(),
        updated(observation),
        observation.role(Role.SERVICE),
        observation.role(Role.CACHE),
        status.capacity(),
        status.traffic(),
        status.conditions());
  }

  private static int updated(Observation observation) {
    return Math.min(
        observation.role(Role.SERVICE).updatedReplicas(),
        observation.role(Role.CACHE).updatedReplicas());
  }

  /**
   * The spec is about to be applied, and what comes of it is said before. What else is known stays.
   * The spec counts as seen, so that it is applied when this has been written.
   */
  public ColocatedCacheStatus announced(Problem notice) {
    Conditions conditions =
        conditions()
            .keep(READY)
            .set(RECONCILING, true, notice.reason().name(), notice.message())
            .keep(CAPACITY_LIMITED)
            .keep(COLOCATED)
            .keep(SURGE_LIMITED);
    return withConditions(resource.getMetadata().getGeneration(), conditions);
  }

  /** Whether the status that is there announces what comes of this generation of the spec. */
  public boolean isAnnounced() {
    Condition told = Conditions.find(before.conditions(), RECONCILING);
    return told != null
        && Problem.Reason.RolloutShrinks.name().equals(told.getReason())
        && Objects.equals(told.getObservedGeneration(), resource.getMetadata().getGeneration());
  }

  /** Nothing can be said or done yet, for the cluster is not known. */
  public ColocatedCacheStatus waiting(String message) {
    Conditions conditions =
        conditions()
            .set(READY, false, "ClusterUnknown", message)
            .set(RECONCILING, true, "ClusterUnknown", message)
            .keep(CAPACITY_LIMITED)
            .keep(COLOCATED)
            .keep(SURGE_LIMITED);
    return withConditions(before.observedGeneration(), conditions);
  }

  /**
   * The API server has failed, by itself or through a webhook that it asks, and is asked again.
   * What else is known stays. Told once: how exactly it failed may be another thing each time.
   */
  public ColocatedCacheStatus retrying(String message) {
    Condition told = Conditions.find(before.conditions(), RECONCILING);
    if (told != null
        && API_SERVER_ERROR.equals(told.getReason())
        && Objects.equals(told.getObservedGeneration(), resource.getMetadata().getGeneration())) {
      return before;
    }
    Conditions conditions = conditions();
    if (Conditions.find(before.conditions(), READY) == null) {
      conditions.set(READY, false, API_SERVER_ERROR, message);
    }
    conditions
        .keep(READY)
        .set(RECONCILING, true, API_SERVER_ERROR, message)
        .keep(STALLED)
        .keep(CAPACITY_LIMITED)
        .keep(COLOCATED)
        .keep(SURGE_LIMITED);
    return withConditions(before.observedGeneration(), conditions);
  }

  private ColocatedCacheStatus withConditions(Long generation, Conditions conditions) {
    return new ColocatedCacheStatus(
        generation,
        before.selector(),
        before.requestedReplicas(),
        before.replicas(),
        before.readyReplicas(),
        before.colocatedReplicas(),
        before.updatedReplicas(),
        before.service(),
        before.cache(),
        before.capacity(),
        before.traffic(),
        conditions.list());
  }

  private Conditions conditions() {
    return new Conditions(before.conditions(), resource.getMetadata().getGeneration(), now);
  }

  private List<Condition> conditions(
      Capacity capacity,
      Observation observation,
      PairCount pairs,
      BrokenPairs broken,
      SurgeLimit surge,
      Problem problem) {
    int pending = capacity.pending();
    int asked = Math.min(observation.wanted(Role.SERVICE), observation.wanted(Role.CACHE));
    int expected = Math.max(0, asked - pending);
    boolean settled =
        observation.settled(Role.SERVICE, pending)
            && observation.settled(Role.CACHE, pending)
            && pairs.ready() >= expected;
    Conditions conditions = conditions();
    ready(conditions, capacity, pairs, expected, settled, problem);
    if (problem != null) {
      conditions.set(STALLED, true, problem.reason().name(), problem.message());
    } else if (!settled) {
      boolean rolling = observation.rollingOut(Role.SERVICE) || observation.rollingOut(Role.CACHE);
      conditions.set(
          RECONCILING, true, rolling ? "RollingOut" : "PlacingPairs", progress(pairs, expected));
    }
    conditions.set(
        CAPACITY_LIMITED,
        capacity.limited(),
        capacity.limited() ? "NotEnoughEligibleNodes" : "AllPairsPlaced",
        capacity.message());
    colocated(conditions, pairs, broken);
    surge.addTo(conditions);
    return conditions.list();
  }

  private void ready(
      Conditions conditions,
      Capacity capacity,
      PairCount pairs,
      int expected,
      boolean settled,
      Problem problem) {
    int minimum = resource.getSpec().replicas() == 0 ? 0 : resource.getSpec().minReplicas();
    if (problem != null && !problem.reason().leavesPairsReady()) {
      conditions.set(READY, false, problem.reason().name(), problem.message());
    } else if (Math.min(capacity.granted(), expected) < minimum && settled) {
      conditions.set(
          READY,
          false,
          "TooFewPairs",
          capacity.message() + "; at least " + minimum + " are needed (spec.minReplicas)");
    } else if (!settled) {
      conditions.set(READY, false, "PairsNotReady", progress(pairs, expected));
    } else if (capacity.limited()) {
      conditions.set(READY, true, "Capped", capacity.message());
    } else if (expected < capacity.granted()) {
      conditions.set(
          READY,
          true,
          "Capped",
          progress(pairs, capacity.granted())
              + ": the other anchors run where their followers do not fit");
    } else {
      conditions.set(READY, true, "AllPairsReady", progress(pairs, expected));
    }
  }

  private static String progress(PairCount pairs, int expected) {
    return Math.min(pairs.ready(), expected) + " of " + expected + " pairs ready";
  }

  private void colocated(Conditions conditions, PairCount pairs, BrokenPairs broken) {
    if (!broken.misplacedAnchors().isEmpty()) {
      conditions.set(
          COLOCATED,
          false,
          "AnchorMisplaced",
          "an anchor runs where its follower does not fit, on "
              + String.join(", ", broken.misplacedAnchors())
              + (moves()
                  ? ": it is evicted when a pair fits elsewhere and its disruption budget lets it go"
                  : ": make room there, or delete the anchor's pod after making room elsewhere"));
    } else if (!broken.strandedFollowers().isEmpty()) {
      conditions.set(
          COLOCATED,
          false,
          "FollowerStranded",
          "a follower runs whose anchor has gone elsewhere, on "
              + String.join(", ", broken.strandedFollowers())
              + (!heals()
                  ? ": delete its pod, or set spec.placement.healing to Evict"
                  : ": it is evicted when an anchor waits for it elsewhere and its disruption"
                      + " budget lets it go"));
    } else if (pairs.apart() > 0) {
      conditions.set(
          COLOCATED,
          false,
          "HalvesApart",
          pairs.apart() + " pod(s) run without the other half on their node");
    } else {
      conditions.set(COLOCATED, true, "AllColocated", pairs.colocated() + " pairs colocated");
    }
  }

  private boolean heals() {
    Placement placement = resource.getSpec().placement();
    return placement == null || placement.healing() != Healing.NONE;
  }

  /** An anchor is evicted only where a gate keeps it from coming back. */
  private boolean moves() {
    Placement placement = resource.getSpec().placement();
    return heals() && placement != null && placement.pairing() == Pairing.GUARANTEED;
  }

  private static String asText(Map<String, String> selector) {
    return new TreeMap<>(selector)
        .entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(","));
  }
}
