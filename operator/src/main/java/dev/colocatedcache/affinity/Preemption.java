package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Room that pods of lower priority hold and that a pair would get, as kube-scheduler's plugin
 * DefaultPreemption gives it to a Pending pod: on one node it takes away all pods of lower
 * priority, and if the pod fits then, as many as have to go. Budgets do not keep it from that, and
 * no pod is exempt but by its priority.
 *
 * <p>Both halves must be able to: an anchor that has made room for itself is worth nothing without
 * its follower. And a follower of a higher priority than its anchor cannot, for the scheduler tries
 * it without the anchor.
 */
final class Preemption {

  private final Snapshot snapshot;
  private final PairRequest request;
  private final KubernetesVersion version;
  private final Function<PodInfo, Rank> owners;
  private final int threshold;

  /**
   * @param owners the rank of the pairs that a pod is a half of; null where it is of none
   */
  Preemption(
      Snapshot snapshot,
      PairRequest request,
      KubernetesVersion version,
      Function<PodInfo, Rank> owners) {
    this.owners = owners;
    this.snapshot = snapshot;
    this.request = request;
    this.version = version;
    this.threshold = threshold(request);
  }

  /** Pods below this priority make room for a pair; the least number there is if none do. */
  static int threshold(PairRequest request) {
    boolean can =
        request.anchor().mayPreempt()
            && request.follower().mayPreempt()
            && request.follower().priority() <= request.anchor().priority();
    return can ? request.follower().priority() : Integer.MIN_VALUE;
  }

  /**
   * The evaluation with the pairs that preemption makes room for, if fewer than are wanted fit
   * without.
   *
   * @param free the evaluation without preemption
   */
  PairEvaluation beyond(PairEvaluation free) {
    if (free.pairs().size() >= request.wanted() || threshold == Integer.MIN_VALUE) {
      return free;
    }
    Set<String> taken = domains(free.room());
    Topology topology = snapshot.topology(request.topologyKey());
    NodeInfo[] nodes = snapshot.copyOfNodes();
    boolean any = false;
    for (int node = 0; node < nodes.length; node++) {
      int domain = topology.domainOf(node);
      if (domain != Topology.NO_DOMAIN
          && !taken.contains(topology.value(domain))
          && nodes[node].hasBelow(threshold, this::isForeign)) {
        nodes[node] = withoutUnits(nodes[node]);
        any = true;
      }
    }
    if (!any) {
      return free;
    }
    PairEvaluation all = new PairSearch(snapshot.withPods(nodes), request, version).evaluate();
    return all.fits() <= free.fits() ? free : both(free, all, taken);
  }

  private static Set<String> domains(List<Pair> pairs) {
    return pairs.stream().map(Pair::domain).collect(Collectors.toSet());
  }

  private boolean isForeign(PodInfo pod) {
    return !pod.namespace().equals(request.namespace())
        || !(request.anchorDeployment().equals(pod.deployment())
            || request.followerDeployment().equals(pod.deployment()));
  }

  /** What fits without comes first: kube-scheduler preempts only where nothing else will do. */
  private PairEvaluation both(PairEvaluation free, PairEvaluation all, Set<String> taken) {
    List<Pair> room = new ArrayList<>(all.room());
    room.sort(Comparator.comparing(pair -> !taken.contains(pair.domain())));
    List<Pair> pairs = room.subList(0, Math.min(Math.max(0, request.wanted()), room.size()));
    Map<Pair, List<PodInfo>> victims = new LinkedHashMap<>();
    for (Pair pair : pairs) {
      if (!taken.contains(pair.domain())) {
        victims.put(pair, victims(pair));
      }
    }
    Set<String> without =
        all.rejected().stream().map(NodeRejection::node).collect(Collectors.toSet());
    return new PairEvaluation(
        all.nodes(),
        all.eligibleNodes(),
        all.fits(),
        pairs,
        room,
        free.rejected().stream().filter(rejection -> without.contains(rejection.node())).toList(),
        all.strandingNodes(),
        all.misplacedAnchors(),
        victims);
  }

  /**
   * The pods that have to go for the pair: those of the least priority, and of a pair of others
   * both halves that are on the node.
   */
  private List<PodInfo> victims(Pair pair) {
    List<PodInfo> victims = new ArrayList<>();
    if (pair.anchorNode().equals(pair.followerNode())) {
      victims.addAll(victims(pair.anchorNode(), List.of(request.anchor(), request.follower())));
    } else {
      victims.addAll(victims(pair.anchorNode(), List.of(request.anchor())));
      victims.addAll(victims(pair.followerNode(), List.of(request.follower())));
    }
    return victims;
  }

  private List<PodInfo> victims(String node, List<IncomingPod> incoming) {
    NodeInfo info = snapshot.node(node).without(pod -> !isForeign(pod));
    List<PodInfo> victims = new ArrayList<>();
    NodeInfo spared = withoutUnits(info);
    for (List<PodInfo> unit : units(info)) {
      NodeInfo with = spared.with(unit);
      if (unit.stream().noneMatch(PodInfo::terminating) && fit(incoming, with) && friendly(unit)) {
        spared = with;
      } else {
        victims.addAll(unit);
      }
    }
    return victims;
  }

  /** Whether pods of ours and these can stand each other. */
  private boolean friendly(List<PodInfo> unit) {
    PairWatch terms = new PairWatch(request, version);
    return unit.stream().noneMatch(pod -> terms.keepsApart(pod, snapshot));
  }

  /** Whether the pods fit one after the other, as far as the node itself can tell. */
  private boolean fit(List<IncomingPod> incoming, NodeInfo node) {
    NodeInfo filled = node;
    for (IncomingPod pod : incoming) {
      if (!SchedulingCycle.firstRejection(
              SchedulingCycle.singleNodeFilters(pod, version), -1, filled)
          .fits()) {
        return false;
      }
      filled = filled.occupiedBy(pod.shape());
    }
    return true;
  }

  private NodeInfo withoutUnits(NodeInfo node) {
    Set<PodInfo> below =
        units(node).stream().flatMap(List::stream).collect(Collectors.toCollection(HashSet::new));
    return node.without(below::contains);
  }

  /**
   * The pods that can be made to go, what goes together in one, those to spare first: of higher
   * priority, and of higher rank. A pair of which one half has too high a priority stays whole.
   */
  private List<List<PodInfo>> units(NodeInfo node) {
    Map<Object, List<PodInfo>> units = new HashMap<>();
    Set<Object> stay = new HashSet<>();
    for (PodInfo pod : node.pods()) {
      Rank owner = owners.apply(pod);
      Object unit = owner == null ? pod : owner;
      if (!isForeign(pod) || pod.priority() >= threshold) {
        stay.add(unit);
      } else {
        units.computeIfAbsent(unit, u -> new ArrayList<>()).add(pod);
      }
    }
    units.keySet().removeAll(stay);
    List<List<PodInfo>> sorted = new ArrayList<>(units.values());
    sorted.sort(
        Comparator.comparing((List<PodInfo> unit) -> -highest(unit))
            .thenComparing(
                unit -> owners.apply(unit.get(0)), Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(unit -> unit.get(0).toString()));
    return sorted;
  }

  private static int highest(List<PodInfo> unit) {
    return unit.stream().mapToInt(PodInfo::priority).max().orElse(Integer.MIN_VALUE);
  }
}
