package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.NodeRejection.Role;
import dev.colocatedcache.affinity.PairDomain.OwnPod;
import dev.colocatedcache.affinity.Verdict.Code;
import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One evaluation of a {@link PairRequest}: a virtual cluster without the own pods, but with the
 * pairs that still run, which fills with further pairs.
 */
final class PairSearch {

  private static final Rejected NO_TOPOLOGY =
      Rejected.unresolvable("PairTopology", "node(s) didn't have the pair's topology key");

  /** Begins the view of a domain of several nodes, and none of a single one. */
  private static final int SEVERAL_NODES = -2;

  private static final int[] NO_NODES = {};

  private final Snapshot snapshot;
  private final PairRequest request;
  private final KubernetesVersion version;
  private final NodeInfo[] nodes;
  private final SchedulingCycle anchors;
  private final SchedulingCycle followers;
  private final BoundPods bound;
  private final List<PairDomain> domains = new ArrayList<>();
  private final PairDomain outside;
  private final List<Pair> pairs = new ArrayList<>();

  /** The nodes where an anchor was fit at some time, but no follower with it. */
  private final Set<Integer> stranding = new TreeSet<>();

  PairSearch(Snapshot snapshot, PairRequest request, KubernetesVersion version) {
    this.snapshot = snapshot;
    this.request = request;
    this.version = version;
    Topology topology = snapshot.topology(request.topologyKey());
    for (int domain = 0; domain < topology.size(); domain++) {
      domains.add(new PairDomain(topology.value(domain), topology.nodesOf(domain)));
    }
    this.outside = new PairDomain(null, topology.nodesOutside());
    this.nodes = snapshot.copyOfNodes();
    removeOwnPods(new OwnPods(request, snapshot), topology);
    Snapshot virtual = snapshot.withPods(nodes);
    this.anchors = new SchedulingCycle(virtual, request.anchor(), version);
    this.followers = new SchedulingCycle(virtual, request.follower(), version);
    this.bound = new BoundPods(snapshot, request, version);
  }

  private void removeOwnPods(OwnPods own, Topology topology) {
    List<Integer> withOwnPods = new ArrayList<>();
    for (int node = 0; node < nodes.length; node++) {
      if (own.anyOn(nodes[node])) {
        domainOf(node, topology).occupy(own, node, nodes[node]);
        withOwnPods.add(node);
      }
    }
    domains.forEach(PairDomain::retain);
    for (int node : withOwnPods) {
      PairDomain domain = domainOf(node, topology);
      nodes[node] = nodes[node].without(pod -> own.include(pod) && !domain.retains(pod));
    }
  }

  private PairDomain domainOf(int node, Topology topology) {
    int domain = topology.domainOf(node);
    return domain == Topology.NO_DOMAIN ? outside : domains.get(domain);
  }

  /**
   * Where own pods run they stay, if they can: first where an anchor does, then where a follower
   * does, then elsewhere.
   */
  PairEvaluation evaluate() {
    List<PairDomain> running = new ArrayList<>();
    List<PairDomain> occupied = new ArrayList<>();
    List<PairDomain> empty = new ArrayList<>();
    for (PairDomain domain : domains) {
      if (domain.pair() != null) {
        running.add(domain);
      } else if (domain.anchors().isEmpty() && domain.followers().isEmpty()) {
        empty.add(domain);
      } else {
        occupied.add(domain);
      }
    }
    if (running.size() > Math.max(0, request.wanted())) {
      pairs.addAll(new KeepOrder(snapshot, request, version).of(running));
    } else {
      running.forEach(domain -> pairs.add(domain.pair()));
    }
    occupied.sort(Comparator.comparing(domain -> domain.anchors().isEmpty()));
    List<PairDomain> undecided = fill(occupied);
    undecided.addAll(empty);
    fill(undecided);
    return evaluation();
  }

  /**
   * Places pairs until no domain takes a further one; returns the domains that later pairs may
   * open.
   */
  private List<PairDomain> fill(List<PairDomain> candidates) {
    Map<List<Integer>, Deque<PairDomain>> alike = new LinkedHashMap<>();
    for (PairDomain domain : candidates) {
      alike.computeIfAbsent(spreadView(domain), view -> new ArrayDeque<>()).add(domain);
    }
    boolean progress = true;
    while (progress) {
      progress = false;
      for (Deque<PairDomain> group : alike.values()) {
        progress |= fillGroup(group);
      }
    }
    List<PairDomain> undecided = new ArrayList<>();
    alike.values().forEach(undecided::addAll);
    return undecided;
  }

  /**
   * Domains that topology spread cannot tell apart have the same view; one of several nodes has its
   * own.
   */
  private List<Integer> spreadView(PairDomain domain) {
    List<Integer> view = new ArrayList<>(0);
    if (domain.isSingleNode()) {
      anchors.describeSpread(domain.nodes()[0], view);
      followers.describeSpread(domain.nodes()[0], view);
      bound.describe(nodes[domain.nodes()[0]], view);
    } else {
      view.add(SEVERAL_NODES);
      view.add(domain.nodes()[0]);
    }
    return view;
  }

  /** Tries one domain after the other; leaves, in their order, those that later pairs may open. */
  private boolean fillGroup(Deque<PairDomain> alike) {
    boolean progress = false;
    boolean full = false;
    Deque<PairDomain> waiting = new ArrayDeque<>(0);
    while (!full && !alike.isEmpty()) {
      Outcome outcome = attempt(alike.peek());
      progress |= outcome == Outcome.PLACED;
      full = outcome == Outcome.NONE_ALIKE_YET;
      if (outcome == Outcome.NOT_YET) {
        waiting.push(alike.poll());
      } else if (!full) {
        alike.poll();
      }
    }
    waiting.forEach(alike::push);
    return progress;
  }

  /** What comes of an attempt to place a pair in a domain. */
  private enum Outcome {
    PLACED,

    /** Room is taken, or pods that repel are there: further pods only add to that. */
    NEVER,

    /** Pods are missing, which may still come. */
    NOT_YET,

    /** The domain would be too full for now, as would be all that topology spread sees alike. */
    NONE_ALIKE_YET;

    Outcome or(Rejected rejected) {
      if (rejected.plugin().equals(PodTopologySpread.NAME)) {
        return NONE_ALIKE_YET;
      }
      boolean podsMissing =
          rejected.plugin().equals(InterPodAffinity.NAME)
              && rejected.code() == Code.UNSCHEDULABLE_AND_UNRESOLVABLE;
      return podsMissing && this == NEVER ? NOT_YET : this;
    }
  }

  private Outcome attempt(PairDomain domain) {
    Outcome outcome = Outcome.NEVER;
    FollowerPlaces places = domain.isSingleNode() ? null : new FollowerPlaces(domain);
    for (int anchorNode : domain.anchorCandidates()) {
      if (anchors.verdict(anchorNode, nodes[anchorNode]) instanceof Rejected rejected) {
        outcome = outcome.or(rejected);
        continue;
      }
      int[] followerNodes = places == null ? domain.nodes() : places.with(anchorNode);
      PodInfo anchor = bound.anchorOn(nodes[anchorNode]);
      NodeInfo before = place(anchor, anchorNode);
      for (int followerNode : followerNodes) {
        if (followers.verdict(followerNode, nodes[followerNode]) instanceof Rejected rejected) {
          outcome = outcome.or(rejected);
        } else {
          place(bound.followerOn(nodes[followerNode]), followerNode);
          domain.hold(nodes[anchorNode].name(), nodes[followerNode].name());
          pairs.add(domain.pair());
          return Outcome.PLACED;
        }
      }
      displace(anchor, anchorNode, before);
      stranding.add(anchorNode);
    }
    return outcome;
  }

  /** Puts a pod on a node; returns the node as it was. */
  private NodeInfo place(PodInfo pod, int node) {
    NodeInfo before = nodes[node];
    nodes[node] = before.occupiedBy(pod.shape());
    anchors.add(pod, node);
    followers.add(pod, node);
    return before;
  }

  private void displace(PodInfo pod, int node, NodeInfo before) {
    nodes[node] = before;
    anchors.remove(pod, node);
    followers.remove(pod, node);
  }

  /** Where followers may go in one domain, so that the same is not tried again for each anchor. */
  private final class FollowerPlaces {

    private final PairDomain domain;

    /** The nodes that, without the anchor, do not rule the follower out; null until asked for. */
    private int[] allowed;

    /** How many anchors were tried, by how they count for other nodes than their own. */
    private final Map<List<Integer>, Integer> tried = new HashMap<>();

    FollowerPlaces(PairDomain domain) {
      this.domain = domain;
    }

    /** The nodes to try with an anchor that is about to go to the given one. */
    int[] with(int anchorNode) {
      if (allowed == null) {
        allowed =
            Arrays.stream(domain.nodes())
                .filter(node -> followers.allowedByNode(node, nodes[node]))
                .toArray();
      }
      // Anchors that count alike make a difference on their own nodes alone. Two of them have shown
      // that no follower fits elsewhere: each on all nodes but its own.
      int anchorsAlike =
          tried.merge(
              followers.describe(bound.anchorOn(nodes[anchorNode]), anchorNode), 1, Integer::sum);
      if (anchorsAlike > 2) {
        return Arrays.binarySearch(allowed, anchorNode) < 0 ? NO_NODES : new int[] {anchorNode};
      }
      return domain.followerCandidates(anchorNode, allowed);
    }
  }

  private PairEvaluation evaluation() {
    List<NodeRejection> rejections = new ArrayList<>();
    Set<String> misplaced = new TreeSet<>();
    List<PairDomain> withoutPair = new ArrayList<>(domains);
    withoutPair.add(outside);
    withoutPair.removeIf(domain -> domain.pair() != null);
    for (PairDomain domain : withoutPair) {
      for (int node : domain.nodes()) {
        rejections.add(rejection(node));
      }
      for (OwnPod live : domain.anchors()) {
        if (domain.isOutside() || !followerFitsWith(live, domain)) {
          misplaced.add(live.pod().node());
        }
      }
    }
    rejections.sort(Comparator.comparing(NodeRejection::node));
    return new PairEvaluation(
        nodes.length,
        pairs.size(),
        pairs.size(),
        pairs.subList(0, Math.min(Math.max(0, request.wanted()), pairs.size())),
        pairs,
        rejections,
        strandingNodes(withoutPair),
        List.copyOf(misplaced));
  }

  private List<String> strandingNodes(List<PairDomain> withoutPair) {
    return withoutPair.stream()
        .flatMapToInt(domain -> Arrays.stream(domain.nodes()))
        .filter(stranding::contains)
        .mapToObj(node -> nodes[node].name())
        .sorted()
        .toList();
  }

  /** Why no pair is on the node, now that no further one can be placed. */
  private NodeRejection rejection(int node) {
    NodeInfo before = nodes[node];
    if (anchors.verdict(node, before) instanceof Rejected rejected) {
      boolean both = followers.verdict(node, before).equals(rejected);
      return rejection(before, both ? Role.BOTH : Role.ANCHOR, rejected);
    }
    stranding.add(node);
    PodInfo anchor = bound.anchorOn(before);
    place(anchor, node);
    Verdict besideAnchor = followers.verdict(node, nodes[node]);
    Verdict inItsPlace = followers.verdict(node, before);
    displace(anchor, node, before);
    if (besideAnchor instanceof Rejected rejected) {
      boolean rejectedAnyway =
          inItsPlace instanceof Rejected anyway && anyway.plugin().equals(rejected.plugin());
      return rejection(before, rejectedAnyway ? Role.FOLLOWER : Role.PAIR, rejected);
    }
    return rejection(before, Role.PAIR, NO_TOPOLOGY);
  }

  private static NodeRejection rejection(NodeInfo node, Role role, Rejected verdict) {
    return new NodeRejection(
        node.name(), role, verdict.plugin(), verdict.reasons(), verdict.code());
  }

  /** Whether a follower would fit if the anchor stayed where it runs. */
  private boolean followerFitsWith(OwnPod live, PairDomain domain) {
    NodeInfo before = place(live.pod(), live.node());
    boolean fits =
        Arrays.stream(domain.nodes()).anyMatch(node -> followers.verdict(node, nodes[node]).fits());
    displace(live.pod(), live.node(), before);
    return fits;
  }
}
