package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Tells cheaply whether a change of the cluster can change the evaluation of one request, so that
 * of many requests only those concerned are evaluated anew. It errs on the safe side.
 */
public final class PairWatch {

  /** Filters of a single node do not ask for its position. */
  private static final int NO_INDEX = -1;

  private final PairRequest request;
  private final int threshold;
  private final Set<String> deployments;
  private final List<Filter> anchorFilters;
  private final List<Filter> followerFilters;
  private final List<AffinityTerm> terms;
  private final List<SpreadConstraint> spreads;

  PairWatch(PairRequest request, KubernetesVersion version) {
    this.request = request;
    this.threshold = Preemption.threshold(request);
    this.deployments = Set.of(request.anchorDeployment(), request.followerDeployment());
    this.anchorFilters = SchedulingCycle.singleNodeFilters(request.anchor(), version);
    this.followerFilters = SchedulingCycle.singleNodeFilters(request.follower(), version);
    this.terms =
        Stream.of(request.anchor(), request.follower())
            .flatMap(
                pod -> Stream.concat(pod.affinity().stream(), pod.shape().antiAffinity().stream()))
            .toList();
    this.spreads =
        Stream.of(request.anchor(), request.follower())
            .flatMap(pod -> pod.spreadConstraints().stream())
            .toList();
  }

  /**
   * Whether the evaluation may be another after the change than before it.
   *
   * @param before a snapshot from before the change
   * @param after a snapshot from after it
   */
  public boolean mayChange(Change change, Snapshot before, Snapshot after) {
    if (change.clusterWide()) {
      return true;
    }
    for (String name : change.nodes()) {
      NodeInfo was = before.node(name);
      NodeInfo is = after.node(name);
      if (cameOrWent(was, is) || (is != null && differ(was, is, after))) {
        return true;
      }
    }
    return false;
  }

  private static boolean cameOrWent(NodeInfo was, NodeInfo is) {
    return (was == null) != (is == null);
  }

  private boolean differ(NodeInfo was, NodeInfo is, Snapshot after) {
    if (!was.labels().equals(is.labels())
        || !was.nominated().isEmpty()
        || !is.nominated().isEmpty()
        || (!was.taints().equals(is.taints())
            && spreads.stream().anyMatch(SpreadConstraint::honorsTaints))) {
      return true;
    }
    int same = 0;
    int fewer = Math.min(was.podCount(), is.podCount());
    while (same < fewer && was.pod(same).countsAs(is.pod(same))) {
      same++;
    }
    int sameAtEnd = 0;
    while (sameAtEnd < fewer - same
        && was.pod(was.podCount() - 1 - sameAtEnd)
            .countsAs(is.pod(is.podCount() - 1 - sameAtEnd))) {
      sameAtEnd++;
    }
    return concern(was, same, was.podCount() - sameAtEnd, after)
        || concern(is, same, is.podCount() - sameAtEnd, after)
        || !verdicts(was).equals(verdicts(is));
  }

  private boolean concern(NodeInfo node, int from, int to, Snapshot snapshot) {
    for (int i = from; i < to; i++) {
      if (concerns(node.pod(i), snapshot)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the pod is an own one, or counts in a domain. */
  private boolean concerns(PodInfo pod, Snapshot snapshot) {
    boolean sameNamespace = pod.namespace().equals(request.namespace());
    if (sameNamespace && pod.deployment() != null && deployments.contains(pod.deployment())) {
      return true;
    }
    Labels labels = pod.shape().labels();
    for (AffinityTerm term : terms) {
      if (term.pods().matches(labels)) {
        return true;
      }
    }
    for (SpreadConstraint spread : spreads) {
      if (sameNamespace && spread.pods().matches(labels)) {
        return true;
      }
    }
    for (AffinityTerm term : pod.shape().antiAffinity()) {
      if (repels(term, request.anchor(), snapshot) || repels(term, request.follower(), snapshot)) {
        return true;
      }
    }
    return false;
  }

  private static boolean repels(AffinityTerm term, IncomingPod pod, Snapshot snapshot) {
    return term.matches(
        pod.namespace(), snapshot.namespaceLabels(pod.namespace()), pod.shape().labels());
  }

  /**
   * What the node itself says of the anchor, of the follower, and of the follower beside the
   * anchor.
   */
  private List<Verdict> verdicts(NodeInfo info) {
    NodeInfo foreign = info.without(this::isOwn);
    List<Verdict> verdicts = new ArrayList<>(verdictsOn(foreign));
    if (foreign.hasBelow(threshold, pod -> true)) {
      verdicts.addAll(verdictsOn(foreign.without(pod -> pod.priority() < threshold)));
    }
    return verdicts;
  }

  private List<Verdict> verdictsOn(NodeInfo foreign) {
    NodeInfo withAnchor = foreign.occupiedBy(request.anchor().shape());
    return List.of(
        SchedulingCycle.firstRejection(anchorFilters, NO_INDEX, foreign),
        SchedulingCycle.firstRejection(followerFilters, NO_INDEX, foreign),
        SchedulingCycle.firstRejection(followerFilters, NO_INDEX, withAnchor));
  }

  /** Whether either half and the pod cannot be on one node, whatever room there is. */
  boolean keepsApart(PodInfo pod, Snapshot snapshot) {
    Labels namespace = snapshot.namespaceLabels(pod.namespace());
    boolean repelled =
        Stream.of(request.anchor(), request.follower())
            .flatMap(half -> half.shape().antiAffinity().stream())
            .anyMatch(term -> term.matches(pod.namespace(), namespace, pod.shape().labels()));
    return repelled
        || pod.shape().antiAffinity().stream()
            .anyMatch(
                term ->
                    repels(term, request.anchor(), snapshot)
                        || repels(term, request.follower(), snapshot));
  }

  private boolean isOwn(PodInfo pod) {
    return pod.deployment() != null
        && deployments.contains(pod.deployment())
        && pod.namespace().equals(request.namespace());
  }
}
