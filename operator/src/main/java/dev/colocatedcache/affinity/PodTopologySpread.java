package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rejects nodes in domains that would hold too many matching pods, compared with the domain that
 * holds the fewest.
 */
final class PodTopologySpread implements Filter, PreFilterExtensions {

  static final String NAME = "PodTopologySpread";

  private static final String REASON = "node(s) didn't match pod topology spread constraints";
  private static final Verdict REJECTED = Rejected.unschedulable(NAME, REASON);
  private static final Verdict NO_DOMAIN =
      Rejected.unresolvable(NAME, REASON + " (missing required label)");

  private static final int[] NONE = {};

  private final Spread[] spreads;

  /** Which of the constraints are about the pods of a shape. */
  private final PerShape<int[]> matches;

  PodTopologySpread(IncomingPod pod, Snapshot snapshot) {
    this.spreads =
        pod.spreadConstraints().stream()
            .map(constraint -> new Spread(constraint, pod, snapshot))
            .toArray(Spread[]::new);
    this.matches =
        new PerShape<>(
            snapshot,
            Scope.ofNamespace(snapshot, pod.namespace()),
            NONE,
            shape -> matching(shape, pod.namespace()));
    if (!skips()) {
      for (int node = 0; node < snapshot.size(); node++) {
        countPods(node, snapshot.node(node), pod);
      }
    }
  }

  private int[] matching(PodShape shape, String namespace) {
    return shape.namespace().equals(namespace)
        ? IntStream.range(0, spreads.length)
            .filter(i -> spreads[i].constraint.pods().matches(shape.labels()))
            .toArray()
        : NONE;
  }

  private void countPods(int node, NodeInfo info, IncomingPod pod) {
    for (Spread spread : spreads) {
      if (!spread.hasDomain(node)) {
        return;
      }
    }
    for (Spread spread : spreads) {
      if (spread.includes(info, pod)) {
        spread.include(node);
      }
    }
    if (matches.nothingOn(info)) {
      return;
    }
    for (int i = 0; i < info.podCount(); i++) {
      if (matches.of(info, i).length > 0) {
        add(info.pod(i), node);
      }
    }
  }

  @Override
  public boolean skips() {
    return spreads.length == 0;
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    for (Spread spread : spreads) {
      if (!spread.hasDomain(node)) {
        return NO_DOMAIN;
      }
      if (spread.exceedsMaxSkew(node)) {
        return REJECTED;
      }
    }
    return FITS;
  }

  @Override
  public void add(PodInfo pod, int node) {
    count(pod, node, 1);
  }

  @Override
  public void remove(PodInfo pod, int node) {
    count(pod, node, -1);
  }

  /**
   * Terminating pods do not count, nor does anything under the empty selector; nominated pods do
   * all the same.
   */
  private void count(PodInfo pod, int node, int delta) {
    for (int i : matches.of(pod)) {
      boolean counts = !pod.terminating() && !spreads[i].constraint.pods().isEverything();
      if (counts || pod.nominated()) {
        spreads[i].count(node, delta);
      }
    }
  }

  /**
   * How the constraints see the node: nodes that they see alike get, and cause, the same verdicts.
   */
  void describe(int node, List<Integer> view) {
    for (Spread spread : spreads) {
      view.add(spread.topology.domainOf(node));
      view.add(spread.included[node] ? 1 : 0);
    }
  }

  /** How the pods that one constraint is about are spread over its domains. */
  private static final class Spread {

    private final SpreadConstraint constraint;
    private final Topology topology;

    /** What the incoming pod itself adds to the domain that it goes to. */
    private final int self;

    /** Whether the inclusion policies let a node's pods count. */
    private final boolean[] included;

    private final int[] counts;

    /** Whether a domain has an included node; others are no domains to this constraint. */
    private final boolean[] open;

    private int openDomains;

    /** How many of the open domains hold so many pods. */
    private int[] domainsHolding = new int[8];

    private int fewest;

    Spread(SpreadConstraint constraint, IncomingPod pod, Snapshot snapshot) {
      this.constraint = constraint;
      this.topology = snapshot.topology(constraint.topologyKey());
      this.self = constraint.pods().matches(pod.shape().labels()) ? 1 : 0;
      this.included = new boolean[snapshot.size()];
      this.counts = new int[topology.size()];
      this.open = new boolean[topology.size()];
    }

    boolean hasDomain(int node) {
      return topology.domainOf(node) != Topology.NO_DOMAIN;
    }

    boolean includes(NodeInfo info, IncomingPod pod) {
      return (!constraint.honorsNodeAffinity() || pod.nodeAffinity().matches(info))
          && (!constraint.honorsTaints() || toleratesAll(info.taints(), pod.tolerations()));
    }

    private static boolean toleratesAll(List<Taint> taints, List<Toleration> tolerations) {
      for (Taint taint : taints) {
        if (taint.repels() && !Toleration.anyTolerates(tolerations, taint)) {
          return false;
        }
      }
      return true;
    }

    void include(int node) {
      included[node] = true;
      int domain = topology.domainOf(node);
      if (!open[domain]) {
        open[domain] = true;
        openDomains++;
        domainsHolding[0]++;
        fewest = 0;
      }
    }

    void count(int node, int delta) {
      if (!included[node]) {
        return;
      }
      int domain = topology.domainOf(node);
      int before = counts[domain];
      int after = before + delta;
      counts[domain] = after;
      if (after == domainsHolding.length) {
        domainsHolding = Arrays.copyOf(domainsHolding, after * 2);
      }
      domainsHolding[before]--;
      domainsHolding[after]++;
      if (after < fewest || (before == fewest && domainsHolding[before] == 0)) {
        fewest = after;
      }
    }

    boolean exceedsMaxSkew(int node) {
      boolean enoughDomains = openDomains >= constraint.minDomains();
      return counts[topology.domainOf(node)] + self - (enoughDomains ? fewest : 0)
          > constraint.maxSkew();
    }
  }
}
