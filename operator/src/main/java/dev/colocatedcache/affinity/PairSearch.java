package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.NodeRejection.Role;
import dev.colocatedcache.affinity.Verdict.Code;
import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One evaluation of a {@link PairRequest}: a virtual cluster that fills with pairs. */
final class PairSearch {

  private static final Rejected NO_DOMAIN =
      Rejected.unresolvable("InterPodAffinity", "node(s) didn't have the pair's topology key");

  private final PairRequest request;
  private final Snapshot snapshot;
  private final NodeInfo[] nodes;
  private final SchedulingCycle anchors;
  private final SchedulingCycle followers;
  private final List<Domain> domains = new ArrayList<>();

  /** The nodes that lack the topology key. */
  private final Domain outside = new Domain(null);

  private final List<Pair> pairs = new ArrayList<>();

  PairSearch(Snapshot snapshot, PairRequest request, KubernetesVersion version) {
    this.request = request;
    this.snapshot = snapshot;
    Topology topology = snapshot.topology(request.topologyKey());
    for (int domain = 0; domain < topology.size(); domain++) {
      domains.add(new Domain(topology.value(domain)));
    }
    for (int node = 0; node < snapshot.size(); node++) {
      int domain = topology.domainOf(node);
      (domain == Topology.NO_DOMAIN ? outside : domains.get(domain)).nodes.add(node);
    }
    this.nodes = withoutOwnPods(topology);
    Snapshot virtual = snapshot.withPods(nodes);
    this.anchors = new SchedulingCycle(virtual, request.anchor(), version);
    this.followers = new SchedulingCycle(virtual, request.follower(), version);
  }

  /** The nodes without the pods of the two Deployments, but with the pairs that still run. */
  private NodeInfo[] withoutOwnPods(Topology topology) {
    OwnPods own = new OwnPods(request, snapshot.shapes());
    NodeInfo[] left = snapshot.copyOfNodes();
    List<Integer> nodesWithOwn = new ArrayList<>();
    for (int node = 0; node < left.length; node++) {
      if (own.anyOn(left[node])) {
        nodesWithOwn.add(node);
        int domain = topology.domainOf(node);
        (domain == Topology.NO_DOMAIN ? outside : domains.get(domain))
            .occupy(own, node, left[node]);
      }
    }
    domains.forEach(Domain::retain);
    for (int node : nodesWithOwn) {
      int domain = topology.domainOf(node);
      Domain of = domain == Topology.NO_DOMAIN ? outside : domains.get(domain);
      left[node] = left[node].without(pod -> own.includes(pod) && !of.retains(pod));
    }
    return left;
  }

  PairEvaluation evaluate() {
    List<Domain> occupied = new ArrayList<>();
    List<Domain> empty = new ArrayList<>();
    for (Domain domain : domains) {
      if (domain.pair != null) {
        pairs.add(domain.pair);
      } else if (domain.anchors.isEmpty() && domain.followers.isEmpty()) {
        empty.add(domain);
      } else {
        occupied.add(domain);
      }
    }
    occupied.sort(Comparator.comparing(domain -> domain.anchors.isEmpty()));
    List<Domain> undecided = fill(occupied);
    undecided.addAll(empty);
    fill(undecided);
    return evaluation();
  }

  /**
   * Places pairs until no domain takes a further one; returns the domains that later pairs may
   * open.
   */
  private List<Domain> fill(List<Domain> candidates) {
    Map<List<Integer>, List<Domain>> alike = new LinkedHashMap<>();
    for (Domain domain : candidates) {
      alike.computeIfAbsent(spreadView(domain), view -> new ArrayList<>()).add(domain);
    }
    boolean progress = true;
    while (progress) {
      progress = false;
      for (List<Domain> group : alike.values()) {
        progress |= fillGroup(group);
      }
    }
    List<Domain> undecided = new ArrayList<>();
    alike.values().forEach(undecided::addAll);
    return undecided;
  }

  /**
   * Domains that topology spread cannot tell apart have the same view; one of several nodes has its
   * own.
   */
  private List<Integer> spreadView(Domain domain) {
    List<Integer> view = new ArrayList<>();
    if (domain.nodes.size() > 1) {
      view.add(-2 - domain.nodes.get(0));
    } else {
      anchors.describeSpread(domain.nodes.get(0), view);
      followers.describeSpread(domain.nodes.get(0), view);
    }
    return view;
  }

  private boolean fillGroup(List<Domain> group) {
    boolean progress = false;
    Iterator<Domain> candidates = group.iterator();
    while (candidates.hasNext()) {
      switch (attempt(candidates.next())) {
        case PLACED -> {
          candidates.remove();
          progress = true;
        }
        case NEVER -> candidates.remove();
        case NOT_YET -> {}
        case NONE_OF_ITS_KIND_YET -> {
          return progress;
        }
      }
    }
    return progress;
  }

  private enum Outcome {
    PLACED,
    NEVER,
    NOT_YET,
    NONE_OF_ITS_KIND_YET
  }

  private Outcome attempt(Domain domain) {
    Outcome outcome = Outcome.NEVER;
    for (int anchorNode : domain.anchorCandidates()) {
      Verdict verdict = anchors.verdict(anchorNode, nodes[anchorNode]);
      if (verdict instanceof Rejected rejected) {
        outcome = moreHopeful(outcome, rejected);
        continue;
      }
      NodeInfo before = nodes[anchorNode];
      PodInfo anchor = request.anchor().on(before.name());
      place(anchor, anchorNode);
      for (int followerNode : domain.followerCandidates(anchorNode)) {
        verdict = followers.verdict(followerNode, nodes[followerNode]);
        if (verdict instanceof Rejected rejected) {
          outcome = moreHopeful(outcome, rejected);
        } else {
          place(request.follower().on(nodes[followerNode].name()), followerNode);
          domain.pair = new Pair(domain.value, before.name(), nodes[followerNode].name(), false);
          pairs.add(domain.pair);
          return Outcome.PLACED;
        }
      }
      displace(anchor, anchorNode, before);
    }
    return outcome;
  }

  /**
   * Room that is taken stays so, as do anti-affinities; what other pods may still bring about is
   * another matter.
   */
  private static Outcome moreHopeful(Outcome outcome, Rejected rejected) {
    if (rejected.plugin().equals(PodTopologySpread.NAME)) {
      return Outcome.NONE_OF_ITS_KIND_YET;
    }
    boolean missingPods =
        rejected.plugin().equals(InterPodAffinity.NAME)
            && rejected.code() == Code.UNSCHEDULABLE_AND_UNRESOLVABLE;
    return missingPods && outcome == Outcome.NEVER ? Outcome.NOT_YET : outcome;
  }

  private void place(PodInfo pod, int node) {
    nodes[node] = nodes[node].with(pod);
    anchors.add(pod, node);
    followers.add(pod, node);
  }

  private void displace(PodInfo pod, int node, NodeInfo before) {
    nodes[node] = before;
    anchors.remove(pod, node);
    followers.remove(pod, node);
  }

  private PairEvaluation evaluation() {
    List<NodeRejection> rejections = new ArrayList<>();
    List<String> stranding = new ArrayList<>();
    List<String> misplaced = new ArrayList<>();
    for (Domain domain : withOutside()) {
      if (domain.pair == null) {
        for (int node : domain.nodes) {
          rejections.add(rejection(node, stranding));
        }
        for (OwnPod anchor : domain.anchors) {
          if (!followerFitsBeside(anchor, domain)) {
            misplaced.add(nodes[anchor.node].name());
          }
        }
      }
    }
    rejections.sort(Comparator.comparing(NodeRejection::node));
    stranding.sort(Comparator.naturalOrder());
    misplaced.sort(Comparator.naturalOrder());
    return new PairEvaluation(
        snapshot.size(),
        pairs.size(),
        pairs.size(),
        pairs.subList(0, Math.max(0, Math.min(request.wanted(), pairs.size()))),
        rejections,
        stranding,
        misplaced.stream().distinct().toList());
  }

  private List<Domain> withOutside() {
    List<Domain> all = new ArrayList<>(domains);
    all.add(outside);
    return all;
  }

  private NodeRejection rejection(int node, List<String> stranding) {
    NodeInfo before = nodes[node];
    if (anchors.verdict(node, before) instanceof Rejected anchorRejected) {
      boolean both = followers.verdict(node, before).equals(anchorRejected);
      return rejection(before, both ? Role.BOTH : Role.ANCHOR, anchorRejected);
    }
    stranding.add(before.name());
    PodInfo anchor = request.anchor().on(before.name());
    place(anchor, node);
    Verdict beside = followers.verdict(node, nodes[node]);
    Verdict alone = followers.verdict(node, before);
    displace(anchor, node, before);
    if (beside instanceof Rejected rejected) {
      return rejection(before, beside.equals(alone) ? Role.FOLLOWER : Role.PAIR, rejected);
    }
    return rejection(before, Role.PAIR, NO_DOMAIN);
  }

  private static NodeRejection rejection(NodeInfo node, Role role, Rejected verdict) {
    return new NodeRejection(
        node.name(), role, verdict.plugin(), verdict.reasons(), verdict.code());
  }

  private boolean followerFitsBeside(OwnPod anchor, Domain domain) {
    if (domain == outside) {
      return false;
    }
    NodeInfo before = nodes[anchor.node];
    place(anchor.pod, anchor.node);
    boolean fits =
        domain.nodes.stream().anyMatch(node -> followers.verdict(node, nodes[node]).fits());
    displace(anchor.pod, anchor.node, before);
    return fits;
  }

  /** A live pod of one of the two Deployments. */
  private record OwnPod(PodInfo pod, int node) {}

  /** A topology domain: room for one pair. */
  private static final class Domain {

    private final String value;
    private final List<Integer> nodes = new ArrayList<>(1);
    private final List<OwnPod> anchors = new ArrayList<>(0);
    private final List<OwnPod> followers = new ArrayList<>(0);
    private OwnPod retainedAnchor;
    private OwnPod retainedFollower;
    private Pair pair;

    Domain(String value) {
      this.value = value;
    }

    void occupy(OwnPods own, int node, NodeInfo info) {
      for (PodInfo pod : info.pods()) {
        if (pod.live() && own.isAnchor(pod)) {
          anchors.add(new OwnPod(pod, node));
        } else if (pod.live() && own.isFollower(pod)) {
          followers.add(new OwnPod(pod, node));
        }
      }
    }

    /** Keeps the pair that runs here, if one does: one on a single node rather than one on two. */
    void retain() {
      if (anchors.isEmpty() || followers.isEmpty()) {
        return;
      }
      retainedAnchor = anchors.get(0);
      retainedFollower = followers.get(0);
      for (OwnPod anchor : anchors) {
        for (OwnPod follower : followers) {
          if (anchor.node == follower.node && retainedAnchor.node != retainedFollower.node) {
            retainedAnchor = anchor;
            retainedFollower = follower;
          }
        }
      }
      pair = new Pair(value, retainedAnchor.pod.node(), retainedFollower.pod.node(), true);
    }

    boolean retains(PodInfo pod) {
      return pair != null && (pod == retainedAnchor.pod || pod == retainedFollower.pod);
    }

    List<Integer> anchorCandidates() {
      return nodes.size() == 1 ? nodes : preferring(anchors.stream().map(OwnPod::node).toList());
    }

    List<Integer> followerCandidates(int anchorNode) {
      if (nodes.size() == 1) {
        return nodes;
      }
      List<Integer> preferred = new ArrayList<>(followers.stream().map(OwnPod::node).toList());
      preferred.add(anchorNode);
      return preferring(preferred);
    }

    private List<Integer> preferring(List<Integer> preferred) {
      List<Integer> ordered = new ArrayList<>(preferred);
      ordered.addAll(nodes);
      return ordered.stream().distinct().toList();
    }
  }

  /** The pods of the two Deployments. */
  private static final class OwnPods {

    private enum Kind {
      FOREIGN,
      ANCHOR,
      FOLLOWER
    }

    private final PairRequest request;
    private final Kind[] kinds;

    OwnPods(PairRequest request, int shapes) {
      this.request = request;
      this.kinds = new Kind[shapes];
    }

    boolean anyOn(NodeInfo node) {
      for (int i = 0; i < node.podCount(); i++) {
        if (includes(node.pod(i))) {
          return true;
        }
      }
      return node.nominated().stream().anyMatch(this::includes);
    }

    boolean includes(PodInfo pod) {
      return kind(pod) != Kind.FOREIGN;
    }

    boolean isAnchor(PodInfo pod) {
      return kind(pod) == Kind.ANCHOR;
    }

    boolean isFollower(PodInfo pod) {
      return kind(pod) == Kind.FOLLOWER;
    }

    private Kind kind(PodInfo pod) {
      Kind known = kinds[pod.shapeId()];
      if (known == null) {
        known = kind(pod.shape());
        kinds[pod.shapeId()] = known;
      }
      return known;
    }

    private Kind kind(PodShape shape) {
      if (shape.deployment() == null || !shape.namespace().equals(request.namespace())) {
        return Kind.FOREIGN;
      }
      if (shape.deployment().equals(request.anchorDeployment())) {
        return Kind.ANCHOR;
      }
      return shape.deployment().equals(request.followerDeployment()) ? Kind.FOLLOWER : Kind.FOREIGN;
    }
  }
}
