package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
  private final Optional<Set<String>> namedNodes;

  /** PreFilter and all. */
  SchedulingCycle(Snapshot snapshot, IncomingPod pod, KubernetesVersion version) {
    this.pod = pod;
    this.namedNodes = pod.nodeAffinity().namedNodes();
    this.spread = new PodTopologySpread(pod, snapshot);
    this.filters =
        List.of(
            new NodeUnschedulable(pod),
            new NodeName(pod),
            new TaintToleration(pod, version),
            new NodeAffinity(pod),
            new NodePorts(pod),
            new NodeResourcesFit(pod),
            spread,
            new InterPodAffinity(pod, snapshot),
            new NodeDeclaredFeatures(pod, version));
  }

  /** The plugins that look at nothing but the node and the pods on it. */
  static List<Filter> singleNodeFilters(IncomingPod pod, KubernetesVersion version) {
    return List.of(
        new NodeUnschedulable(pod),
        new NodeName(pod),
        new TaintToleration(pod, version),
        new NodeAffinity(pod),
        new NodePorts(pod),
        new NodeResourcesFit(pod),
        new NodeDeclaredFeatures(pod, version));
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
      crowded = crowded.with(other);
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
    for (Filter filter : filters) {
      filter.add(bound, node);
    }
  }

  /** A pod that was added is gone again. */
  void remove(PodInfo bound, int node) {
    for (Filter filter : filters) {
      filter.remove(bound, node);
    }
  }

  /**
   * How PodTopologySpread sees the node: nodes that it sees alike get, and cause, the same verdicts
   * from it.
   */
  void describeSpread(int node, List<Integer> view) {
    spread.describe(node, view);
  }
}
