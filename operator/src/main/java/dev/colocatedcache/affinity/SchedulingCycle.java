package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One pod's way through the Filter phase of kube-scheduler's default profile: PreFilter is done
 * when it starts, after that each node is asked for its verdict.
 */
final class SchedulingCycle {

  private static final Verdict CONFLICT =
      Rejected.unresolvable(NodeAffinity.NAME, "pod affinity terms conflict");
  private static final Verdict NOT_NAMED =
      Rejected.unresolvable(NodeAffinity.NAME, "node(s) didn't satisfy plugin(s) [NodeAffinity]");

  private final IncomingPod pod;
  private final List<Filter> filters;
  private final PodTopologySpread spread;
  private final InterPodAffinity interPodAffinity;
  private final Optional<Set<String>> namedNodes;

  /** PreFilter and all. */
  SchedulingCycle(Snapshot snapshot, IncomingPod pod, KubernetesVersion version) {
    this.pod = pod;
    this.namedNodes = pod.nodeAffinity().namedNodes();
    this.spread = new PodTopologySpread(pod, snapshot);
    this.interPodAffinity = new InterPodAffinity(pod, snapshot);
    this.filters =
        needed(
            new NodeUnschedulable(pod),
            new NodeName(pod),
            new TaintToleration(pod, version),
            new NodeAffinity(pod),
            new NodePorts(pod),
            new NodeResourcesFit(pod),
            spread,
            interPodAffinity,
            new NodeDeclaredFeatures(pod, version));
  }

  /** The plugins that look at nothing but the node and the pods on it. */
  static List<Filter> singleNodeFilters(IncomingPod pod, KubernetesVersion version) {
    return needed(
        new NodeUnschedulable(pod),
        new NodeName(pod),
        new TaintToleration(pod, version),
        new NodeAffinity(pod),
        new NodePorts(pod),
        new NodeResourcesFit(pod),
        new NodeDeclaredFeatures(pod, version));
  }

  private static List<Filter> needed(Filter... filters) {
    return Stream.of(filters).filter(filter -> !filter.skips()).toList();
  }

  /** What rejects the pod as a whole, before any node is looked at. */
  Optional<Rejected> rejection() {
    return namedNodes.filter(Set::isEmpty).map(none -> (Rejected) CONFLICT);
  }

  /** The verdict of the first plugin that rejects the node. */
  Verdict verdict(int node, NodeInfo info) {
    if (namedNodes.isPresent()) {
      if (namedNodes.get().isEmpty()) {
        return CONFLICT;
      }
      if (!namedNodes.get().contains(info.name())) {
        return NOT_NAMED;
      }
    }
    Verdict withNominated = verdictWithNominated(node, info);
    return withNominated.fits() ? filtered(node, info) : withNominated;
  }

  /**
   * {@code RunFilterPluginsWithNominatedPods}: pods that preemption makes room for count as if they
   * ran, too.
   */
  private Verdict verdictWithNominated(int node, NodeInfo info) {
    if (info.nominated().isEmpty()) {
      return Filter.FITS;
    }
    List<PodInfo> ahead =
        info.nominated().stream()
            .filter(other -> other.priority() >= pod.shape().priority() && !isSamePod(other))
            .toList();
    NodeInfo crowded = info;
    for (PodInfo other : ahead) {
      add(other, node);
      crowded = crowded.occupiedBy(other.shape());
    }
    Verdict verdict = filtered(node, crowded);
    ahead.forEach(other -> remove(other, node));
    return verdict;
  }

  private boolean isSamePod(PodInfo other) {
    return other.name().equals(pod.name()) && other.namespace().equals(pod.namespace());
  }

  private Verdict filtered(int node, NodeInfo info) {
    return firstRejection(filters, node, info);
  }

  /** The verdict of the first filter that rejects the node. */
  static Verdict firstRejection(List<Filter> filters, int node, NodeInfo info) {
    for (Filter filter : filters) {
      Verdict verdict = filter.verdict(node, info);
      if (!verdict.fits()) {
        return verdict;
      }
    }
    return Filter.FITS;
  }

  /** A further pod is bound to the node. */
  void add(PodInfo bound, int node) {
    spread.add(bound, node);
    interPodAffinity.add(bound, node);
  }

  /** A pod that was added is gone again. */
  void remove(PodInfo bound, int node) {
    spread.remove(bound, node);
    interPodAffinity.remove(bound, node);
  }

  /** Whether the node alone, whatever runs elsewhere, does not rule the pod out. */
  boolean allowedByNode(int node, NodeInfo info) {
    for (Filter filter : filters) {
      if (!(filter instanceof PreFilterExtensions) && !filter.verdict(node, info).fits()) {
        return false;
      }
    }
    return true;
  }

  /**
   * How PodTopologySpread sees the node: nodes that it sees alike get, and cause, the same verdicts
   * from it.
   */
  void describeSpread(int node, List<Integer> view) {
    spread.describe(node, view);
  }

  /**
   * How a further pod on the node counts for other nodes: on nodes seen alike it makes no
   * difference to them.
   */
  List<Integer> describe(PodInfo further, int node) {
    List<Integer> view = new ArrayList<>();
    view.add(further.shapeId());
    spread.describe(node, view);
    interPodAffinity.describe(further, node, view);
    return view;
  }
}
