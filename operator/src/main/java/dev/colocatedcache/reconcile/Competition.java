package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.Claims;
import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.PodInfo;
import dev.colocatedcache.affinity.QuotaCharge;
import dev.colocatedcache.affinity.Rank;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.workload.InvalidSpecException;
import dev.colocatedcache.workload.Workload;
import io.javaoperatorsdk.operator.api.reconciler.IndexedResourceCache;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Serves the ColocatedCaches that want the same room one after the other, by their {@link Rank}.
 *
 * <p>An answer is worked out after those of all that come before it and may have changed, and it
 * sees what all others were granted as taken. So free room goes by rank, whoever happens to be
 * reconciled first, and what one was granted goes to nobody else before its pods are there.
 */
final class Competition {

  /** How long pods wait for pairs of lower priority to go by themselves. */
  private static final Duration WAIT_FOR_PAIRS = Duration.ofSeconds(45);

  private final ClusterView cluster;
  private final Clock clock;
  private final EvaluationTimer timer;
  private final IndexedResourceCache<ColocatedCache> all;
  private final Claims<ResourceID> claims = new Claims<>();
  private final Map<ResourceID, Standing> standings = new HashMap<>();

  /** Those whose answers may be others than they were. */
  private final Set<ResourceID> touched = new HashSet<>();

  /** Those that cannot use what they would be granted: nothing is held for them. */
  private final Set<ResourceID> stalled = new HashSet<>();

  /** Generations that cannot be made into pods. */
  private final Map<ResourceID, Long> unreadable = new HashMap<>();

  /** By Deployment, whose pods it makes. */
  private final Map<ResourceID, ResourceID> makers = new HashMap<>();

  private final Map<ResourceID, Instant> waitingSince = new HashMap<>();

  /** The newest cluster that an answer was worked out from; null before the first. */
  private Seen newest;

  Competition(
      ClusterView cluster,
      IndexedResourceCache<ColocatedCache> all,
      Clock clock,
      EvaluationTimer timer) {
    this.cluster = cluster;
    this.clock = clock;
    this.timer = timer;
    this.all = all;
  }

  /**
   * What one is granted.
   *
   * @param question that was asked
   * @param basis the cluster that it was asked of, with what others were granted
   * @param waiting how many of the pairs wait until pairs of lower priority have gone
   * @param lost the domains whose pairs go, for others of higher priority
   */
  record Answer(
      PairQuestion question,
      PairEvaluation evaluation,
      Snapshot basis,
      int waiting,
      Set<String> lost) {}

  /** Where one stands: its rank, its latest question, and how many pairs it was granted. */
  private record Standing(long generation, Rank rank, PairQuestion question, int granted) {

    boolean isLimited() {
      return granted < question.requested();
    }
  }

  /** Whose answers may be others once what is held on some nodes changes. */
  interface Wakes {

    /** Wakes those of {@code candidates} that the change concerns. */
    void concerned(Set<ResourceID> candidates, Set<String> nodes, Snapshot before, Snapshot now);

    /** Wakes it. */
    void wake(ResourceID id);

    /**
     * Room is held now that nobody has taken yet: from time to time those that are gone lose it.
     */
    void holding();
  }

  /** How many pairs {@code resource} is granted, and where they fit. */
  Answer assess(ColocatedCache resource, Workload workload, ClusterEventSource changes) {
    ResourceID id = ResourceID.fromResource(resource);
    AdmissionContext admission = cluster.admission(workload.anchor().namespace());
    PairRequest request = PairQuestion.of(resource, workload, admission).request();
    // Outside of the lock, for the changes that it has looked at take it.
    Seen seen = changes.watch(id, new Pairs(admission.version()).watch(request));
    return serve(id, resource, workload, seen, changes);
  }

  private synchronized Answer serve(
      ResourceID id, ColocatedCache resource, Workload workload, Seen seen, Wakes wakes) {
    newest = seen.orNewer(newest);
    Snapshot basis = newest.snapshot();
    stalled.remove(id);
    meet(basis, wakes);
    Rank rank = rank(resource, PairQuestion.of(resource, workload, admission(workload)));
    List<ResourceID> others = new ArrayList<>(touched);
    others.removeIf(other -> other.equals(id) || !standings.containsKey(other));
    others.sort(Comparator.comparing(other -> standings.get(other).rank()));
    for (ResourceID other : others) {
      Standing standing = standings.get(other);
      if (standing.rank().compareTo(rank) < 0) {
        onBehalf(other, basis, Integer.MAX_VALUE, wakes);
        touched.remove(other);
      } else if (claims.holds(other)) {
        // Its turn comes later; but where it has pods by now, it holds no room elsewhere.
        onBehalf(other, basis, standing.granted(), wakes);
      }
    }
    touched.remove(id);
    return evaluate(id, resource, workload, basis, Integer.MAX_VALUE, wakes);
  }

  /** Takes note of those that were never met, and holds for them what their status says. */
  private void meet(Snapshot basis, Wakes wakes) {
    List<ResourceID> met = new ArrayList<>();
    all.keys()
        .forEach(
            id -> {
              ColocatedCache resource = all.get(id).orElse(null);
              if (resource != null && isNew(id, resource) && join(id, resource)) {
                met.add(id);
              }
            });
    met.sort(Comparator.comparing(id -> standings.get(id).rank()));
    for (ResourceID id : met) {
      int granted = standings.get(id).granted();
      PairRequest request = standings.get(id).question().request();
      if (granted > Math.min(pods(request, true), pods(request, false))) {
        onBehalf(id, basis, granted, wakes);
      }
      touched.add(id);
    }
  }

  private boolean isNew(ResourceID id, ColocatedCache resource) {
    Long generation = resource.getMetadata().getGeneration();
    Standing known = standings.get(id);
    return resource.getMetadata().getDeletionTimestamp() == null
        && (known == null || known.generation() != generation)
        && !generation.equals(unreadable.get(id));
  }

  private boolean join(ResourceID id, ColocatedCache resource) {
    try {
      Workload workload = Workload.of(resource);
      PairQuestion question = PairQuestion.of(resource, workload, admission(workload));
      Integer granted = resource.getStatus() == null ? null : resource.getStatus().replicas();
      Standing known = standings.get(id);
      standings.put(
          id,
          new Standing(
              resource.getMetadata().getGeneration(),
              rank(resource, question),
              question,
              known != null ? known.granted() : granted == null ? 0 : granted));
      made(id, question.request());
      unreadable.remove(id);
      return true;
    } catch (InvalidSpecException | InvalidInputException e) {
      // Its own turn says what is wrong with it.
      unreadable.put(id, resource.getMetadata().getGeneration());
      return false;
    }
  }

  /** Works out the answer to another one, so that it is held when its own turn comes. */
  private void onBehalf(ResourceID id, Snapshot basis, int most, Wakes wakes) {
    ColocatedCache resource = all.get(id).orElse(null);
    if (resource == null || stalled.contains(id)) {
      return;
    }
    try {
      evaluate(id, resource, Workload.of(resource), basis, most, wakes);
    } catch (InvalidSpecException | InvalidInputException e) {
      claims.release(id);
    }
  }

  private Answer evaluate(
      ResourceID id,
      ColocatedCache resource,
      Workload workload,
      Snapshot basis,
      int most,
      Wakes wakes) {
    AdmissionContext admission = admission(workload);
    PairQuestion question = question(resource, workload, alivePairs(workload));
    PairRequest request =
        most < question.request().wanted() ? question.request().wanting(most) : question.request();
    Rank rank = rank(resource, question);
    Snapshot view = claims.seenBy(id, rank.name(), request, basis);
    PairEvaluation evaluation =
        timer.time(() -> new Pairs(admission.version()).evaluate(view, request, this::rankOf));
    Standing before = standings.get(id);
    int granted = evaluation.pairs().size();
    standings.put(
        id, new Standing(resource.getMetadata().getGeneration(), rank, question, granted));
    made(id, request);
    hold(id, request, evaluation, basis, wakes);
    if (before != null && before.granted() > granted) {
      wakeForQuota(id, wakes);
    }
    return new Answer(
        question,
        evaluation,
        view,
        waiting(id, evaluation),
        domains(claims.takenFrom(rank.name()), basis, request.topologyKey()));
  }

  /**
   * The same for what runs of {@code resource}, whose newest spec cannot be applied: nothing is
   * held for it, and no change of the cluster is looked out for.
   */
  synchronized Answer assessApplied(ColocatedCache resource, Workload applied) {
    PairQuestion question = question(resource, applied, alivePairs(applied));
    PairRequest request = question.request();
    Snapshot view =
        claims.seenBy(
            ResourceID.fromResource(resource),
            rank(resource, question).name(),
            request,
            cluster.snapshot());
    PairEvaluation evaluation =
        new Pairs(admission(applied).version()).evaluate(view, request, this::rankOf);
    return new Answer(question, evaluation, view, 0, Set.of());
  }

  private static Set<String> domains(Set<String> nodes, Snapshot snapshot, String topologyKey) {
    return nodes.stream()
        .map(snapshot::node)
        .filter(Objects::nonNull)
        .map(node -> node.label(topologyKey))
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * How many pairs wait for those of others to go. Left to kube-scheduler, the pods would take half
   * a pair here and half a pair there; so they come when the room is free. If that takes too long,
   * for whatever reason, kube-scheduler has its way.
   */
  private int waiting(ResourceID id, PairEvaluation evaluation) {
    int waiting =
        (int)
            evaluation.victims().values().stream()
                .filter(victims -> victims.stream().anyMatch(this::isRunningHalf))
                .count();
    if (waiting == 0) {
      waitingSince.remove(id);
      return 0;
    }
    Instant since = waitingSince.computeIfAbsent(id, i -> clock.instant());
    return clock.instant().isBefore(since.plus(WAIT_FOR_PAIRS)) ? waiting : 0;
  }

  /** What is only promised has no name. */
  private boolean isRunningHalf(PodInfo pod) {
    return !pod.name().isEmpty() && rankOf(pod) != null;
  }

  private Rank rankOf(PodInfo pod) {
    if (pod.deployment() == null) {
      return null;
    }
    ResourceID owner = makers.get(new ResourceID(pod.deployment(), pod.namespace()));
    Standing standing = owner == null ? null : standings.get(owner);
    return standing == null ? null : standing.rank();
  }

  private void made(ResourceID id, PairRequest request) {
    makers.put(new ResourceID(request.anchorDeployment(), request.namespace()), id);
    makers.put(new ResourceID(request.followerDeployment(), request.namespace()), id);
  }

  private void hold(
      ResourceID id, PairRequest request, PairEvaluation evaluation, Snapshot basis, Wakes wakes) {
    Snapshot before = claims.seenBy(null, basis);
    Set<String> nodes = claims.hold(id, request, evaluation, this::rankOf);
    if (!nodes.isEmpty()) {
      wakes.concerned(limited(id), nodes, before, claims.seenBy(null, basis));
      wakes.holding();
      standings.forEach(
          (loser, standing) -> {
            if (!claims.takenFrom(standing.rank().name()).isEmpty()) {
              touched.add(loser);
              wakes.wake(loser);
            }
          });
    }
  }

  private Set<ResourceID> limited(ResourceID but) {
    Set<ResourceID> limited = new HashSet<>();
    standings.forEach(
        (id, standing) -> {
          if (standing.isLimited() && !id.equals(but) && !touched.contains(id)) {
            limited.add(id);
          }
        });
    return limited;
  }

  private void wakeForQuota(ResourceID id, Wakes wakes) {
    standings.forEach(
        (other, standing) -> {
          if (standing.question().quota() != null
              && !other.equals(id)
              && other.getNamespace().equals(id.getNamespace())) {
            touched.add(other);
            wakes.wake(other);
          }
        });
  }

  /** What it asks for, as far as quotas allow it beside what others were granted. */
  synchronized PairQuestion question(ColocatedCache resource, Workload workload, int running) {
    String namespace = workload.anchor().namespace();
    List<QuotaCharge> own = new ArrayList<>();
    for (Role role : Role.values()) {
      own.addAll(cluster.charges(namespace, workload.role(role).name()));
    }
    return PairQuestion.of(resource, workload, admission(workload))
        .within(
            cluster.quotas(namespace),
            own,
            promised(ResourceID.fromResource(resource), namespace),
            running);
  }

  /** What quotas will charge for what others in the namespace were granted and do not use yet. */
  private List<QuotaCharge> promised(ResourceID but, String namespace) {
    List<QuotaCharge> promised = new ArrayList<>();
    if (cluster.quotas(namespace).isEmpty()) {
      return promised;
    }
    standings.forEach(
        (id, standing) -> {
          PairRequest request = standing.question().request();
          if (!id.equals(but) && request.namespace().equals(namespace) && !stalled.contains(id)) {
            int anchors = standing.granted() - pods(request, true);
            int followers = standing.granted() - pods(request, false);
            promised.addAll(
                Collections.nCopies(Math.max(0, anchors), request.anchor().quotaCharge()));
            promised.addAll(
                Collections.nCopies(Math.max(0, followers), request.follower().quotaCharge()));
          }
        });
    return promised;
  }

  private int pods(PairRequest request, boolean anchors) {
    String deployment = anchors ? request.anchorDeployment() : request.followerDeployment();
    return cluster.charges(request.namespace(), deployment).size();
  }

  private int alivePairs(Workload workload) {
    int alive = Integer.MAX_VALUE;
    for (Role role : Role.values()) {
      alive =
          Math.min(
              alive,
              (int)
                  cluster.pods(workload.anchor().namespace(), workload.role(role).name()).stream()
                      .filter(pod -> !pod.terminating())
                      .count());
    }
    return alive;
  }

  private AdmissionContext admission(Workload workload) {
    return cluster.admission(workload.anchor().namespace());
  }

  private static Rank rank(ColocatedCache resource, PairQuestion question) {
    return new Rank(
        question.request().anchor().priority(),
        resource.getMetadata().getCreationTimestamp(),
        resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName());
  }

  /** The answer to {@code id} may be another than it was. */
  synchronized void touch(ResourceID id) {
    touched.add(id);
  }

  /** It cannot use what it was granted: whoever else wants the room may have it. */
  synchronized void giveUp(ResourceID id, Wakes wakes) {
    if (stalled.add(id)) {
      letGo(id, wakes);
    }
  }

  /** Forgets those that are gone. */
  synchronized void forgetGone(Wakes wakes) {
    Set<ResourceID> gone = new HashSet<>(standings.keySet());
    gone.removeIf(all::contains);
    gone.forEach(
        id -> {
          standings.remove(id);
          letGo(id, wakes);
        });
    makers.values().removeAll(gone);
    waitingSince.keySet().removeAll(gone);
    Instant now = clock.instant();
    waitingSince.forEach(
        (id, since) -> {
          if (now.isAfter(since.plus(WAIT_FOR_PAIRS))) {
            wakes.wake(id);
          }
        });
    touched.removeIf(id -> !all.contains(id));
    stalled.removeIf(id -> !all.contains(id));
    unreadable.keySet().removeIf(id -> !all.contains(id));
  }

  private void letGo(ResourceID id, Wakes wakes) {
    Snapshot basis = cluster.snapshot();
    Snapshot before = claims.seenBy(null, basis);
    Set<String> nodes = claims.release(id);
    if (!nodes.isEmpty()) {
      wakes.concerned(limited(id), nodes, before, claims.seenBy(null, basis));
    }
    wakeForQuota(id, wakes);
  }

  /** Whether room is held that nobody has taken yet. */
  synchronized boolean holdsAny() {
    return !claims.owners().isEmpty();
  }

  /** The answer to the same question, asked of another cluster with the same claims. */
  synchronized PairEvaluation elsewhere(ColocatedCache resource, Answer answer, Snapshot other) {
    ResourceID id = ResourceID.fromResource(resource);
    PairRequest request = answer.question().request();
    String name = rank(resource, answer.question()).name();
    return new Pairs(cluster.admission(request.namespace()).version())
        .evaluate(claims.seenBy(id, name, request, other), request, this::rankOf);
  }

  /** The cluster with all that is held for others. */
  synchronized Snapshot seenBy(ResourceID id, Snapshot snapshot) {
    return claims.seenBy(id, snapshot);
  }
}
