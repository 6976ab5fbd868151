package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Claims;
import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.PodInfo;
import dev.colocatedcache.affinity.Rank;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.reconcile.Standings.Standing;
import dev.colocatedcache.workload.InvalidSpecException;
import dev.colocatedcache.workload.Workload;
import io.javaoperatorsdk.operator.api.reconciler.IndexedResourceCache;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.util.ArrayList;
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

  private final ClusterView cluster;
  private final EvaluationTimer timer;
  private final IndexedResourceCache<ColocatedCache> all;
  private final Claims<ResourceID> claims = new Claims<>();
  private final Standings standings = new Standings();
  private final PairQuestions questions;
  private final VictimWait victimWait;

  /** Those whose answers may be others than they were. */
  private final Set<ResourceID> touched = new HashSet<>();

  /** Those that cannot use what they would be granted: nothing is held for them. */
  private final Set<ResourceID> stalled = new HashSet<>();

  /** Generations that cannot be made into pods. */
  private final Map<ResourceID, Long> unreadable = new HashMap<>();

  /** The newest cluster that an answer was worked out from; null before the first. */
  private Seen newest;

  Competition(
      ClusterView cluster,
      IndexedResourceCache<ColocatedCache> all,
      Clock clock,
      EvaluationTimer timer) {
    this.cluster = cluster;
    this.timer = timer;
    this.all = all;
    this.questions = new PairQuestions(cluster, standings);
    this.victimWait = new VictimWait(clock);
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
    PairRequest request = questions.of(resource, workload).request();
    // Outside of the lock, for the changes that it has looked at take it.
    Seen seen = changes.watch(id, pairs(workload).watch(request));
    return serve(id, resource, workload, seen, changes);
  }

  private synchronized Answer serve(
      ResourceID id, ColocatedCache resource, Workload workload, Seen seen, Wakes wakes) {
    newest = seen.orNewer(newest);
    Snapshot basis = newest.snapshot();
    stalled.remove(id);
    meet(basis, wakes);
    Rank rank = PairQuestions.rank(resource, questions.of(resource, workload));
    List<ResourceID> others = new ArrayList<>(touched);
    others.removeIf(other -> other.equals(id) || !standings.contains(other));
    others.sort(Comparator.comparing(other -> standings.of(other).rank()));
    for (ResourceID other : others) {
      Standing standing = standings.of(other);
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
    met.sort(Comparator.comparing(id -> standings.of(id).rank()));
    for (ResourceID id : met) {
      int granted = standings.of(id).granted();
      PairRequest request = standings.of(id).question().request();
      if (granted > questions.pairs(request)) {
        onBehalf(id, basis, granted, wakes);
      }
      touched.add(id);
    }
  }

  private boolean isNew(ResourceID id, ColocatedCache resource) {
    Long generation = resource.getMetadata().getGeneration();
    Standing known = standings.of(id);
    return resource.getMetadata().getDeletionTimestamp() == null
        && (known == null || known.generation() != generation)
        && !generation.equals(unreadable.get(id));
  }

  private boolean join(ResourceID id, ColocatedCache resource) {
    try {
      Workload workload = Workload.of(resource);
      PairQuestion question = questions.of(resource, workload);
      Integer granted = resource.getStatus() == null ? null : resource.getStatus().replicas();
      Standing known = standings.of(id);
      standings.put(
          id,
          new Standing(
              resource.getMetadata().getGeneration(),
              PairQuestions.rank(resource, question),
              question,
              known != null ? known.granted() : granted == null ? 0 : granted),
          question.request());
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
    PairQuestion question = question(resource, workload, questions.alivePairs(workload));
    PairRequest request =
        most < question.request().wanted() ? question.request().wanting(most) : question.request();
    Rank rank = PairQuestions.rank(resource, question);
    Snapshot view = claims.seenBy(id, rank.name(), request, basis);
    PairEvaluation evaluation =
        timer.time(() -> pairs(workload).evaluate(view, request, standings::rankOf));
    Standing before = standings.of(id);
    int granted = evaluation.pairs().size();
    standings.put(
        id, new Standing(resource.getMetadata().getGeneration(), rank, question, granted), request);
    hold(id, request, evaluation, basis, wakes);
    if (before != null && before.granted() > granted) {
      wakeForQuota(id, wakes);
    }
    return new Answer(
        question,
        evaluation,
        view,
        victimWait.waiting(id, blocked(evaluation)),
        domains(claims.takenFrom(rank.name()), basis, request.topologyKey()));
  }

  /**
   * The same for what runs of {@code resource}, whose newest spec cannot be applied: nothing is
   * held for it, and no change of the cluster is looked out for.
   */
  synchronized Answer assessApplied(ColocatedCache resource, Workload applied) {
    PairQuestion question = question(resource, applied, questions.alivePairs(applied));
    PairRequest request = question.request();
    Snapshot view =
        claims.seenBy(
            ResourceID.fromResource(resource),
            PairQuestions.rank(resource, question).name(),
            request,
            cluster.snapshot());
    PairEvaluation evaluation = pairs(applied).evaluate(view, request, standings::rankOf);
    return new Answer(question, evaluation, view, 0, Set.of());
  }

  private static Set<String> domains(Set<String> nodes, Snapshot snapshot, String topologyKey) {
    return nodes.stream()
        .map(node -> snapshot.domainOf(node, topologyKey))
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** How many pairs cannot come before pairs of lower priority have gone. */
  private int blocked(PairEvaluation evaluation) {
    return (int)
        evaluation.victims().values().stream()
            .filter(victims -> victims.stream().anyMatch(this::isRunningHalf))
            .count();
  }

  /** What is only promised has no name. */
  private boolean isRunningHalf(PodInfo pod) {
    return !pod.name().isEmpty() && standings.rankOf(pod) != null;
  }

  private void hold(
      ResourceID id, PairRequest request, PairEvaluation evaluation, Snapshot basis, Wakes wakes) {
    Snapshot before = claims.seenBy(null, basis);
    Set<String> nodes = claims.hold(id, request, evaluation, standings::rankOf);
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
    Set<ResourceID> limited = standings.limited();
    limited.remove(but);
    limited.removeAll(touched);
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
    return questions.of(resource, workload, running, stalled);
  }

  private Pairs pairs(Workload workload) {
    return new Pairs(questions.admission(workload).version());
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
    Set<ResourceID> gone = new HashSet<>(standings.ids());
    gone.removeIf(all::contains);
    standings.forget(gone);
    gone.forEach(id -> letGo(id, wakes));
    victimWait.forget(gone);
    victimWait.over().forEach(wakes::wake);
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
    String name = PairQuestions.rank(resource, answer.question()).name();
    return new Pairs(cluster.admission(request.namespace()).version())
        .evaluate(claims.seenBy(id, name, request, other), request, standings::rankOf);
  }

  /** The cluster with all that is held for others. */
  synchronized Snapshot seenBy(ResourceID id, Snapshot snapshot) {
    return claims.seenBy(id, snapshot);
  }
}
