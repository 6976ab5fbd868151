package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.Arrays;
import java.util.List;

/**
 * Rejects nodes in domains that would hold too many matching pods, compared with the domain that
 * holds the fewest.
 */
final class PodTopologySpread implements Filter {

  static final String NAME = "PodTopologySpread";

  private static final String REASON = "node(s) didn't match pod topology spread constraints";
  private static final Verdict REJECTED = Rejected.unschedulable(NAME, REASON);
  private static final Verdict NO_DOMAIN =
      Rejected.unresolvable(NAME, REASON + " (missing required label)");

  private final String namespace;
  private final Spread[] spreads;

  /** For each shape whether its pods match each of the constraints, as far as it was looked at. */
  private final boolean[][] matches;

  PodTopologySpread(IncomingPod pod, Snapshot snapshot) {
    List<SpreadConstraint> constraints = pod.spreadConstraints();
    this.namespace = pod.shape().namespace();
    this.spreads = new Spread[constraints.size()];
    for (int i = 0; i < spreads.length; i++) {
      spreads[i] = new Spread(constraints.get(i), pod, snapshot);
    }
    this.matches = new boolean[spreads.length == 0 ? 0 : snapshot.shapes()][];
    if (spreads.length > 0) {
      for (int node = 0; node < snapshot.size(); node++) {
        countPods(node, snapshot.node(node), pod);
      }
    }
  }

  private void countPods(int node, NodeInfo info, IncomingPod pod) {
    for (Spread spread : spreads) {
      if (!spread.hasDomain(node)) {
        return;
      }
    }
    for (Spread spread : spreads) {
      if (spread.includes(info, pod)) {
        spread.open(node);
      }
    }
    for (int i = 0; i < info.podCount(); i++) {
      add(info.pod(i), node);
    }
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

  private void count(PodInfo pod, int node, int delta) {
    boolean gone = pod.terminating() && !pod.nominated();
    if (spreads.length == 0 || gone || !namespace.equals(pod.namespace())) {
      return;
    }
    boolean[] matching = matching(pod);
    for (int i = 0; i < spreads.length; i++) {
      if (matching[i] && spreads[i].counts(pod)) {
        spreads[i].count(node, delta);
      }
    }
  }

  private boolean[] matching(PodInfo pod) {
    int id = pod.shapeId();
    if (id < 0) {
      return matching(pod.shape());
    }
    if (matches[id] == null) {
      matches[id] = matching(pod.shape());
    }
    return matches[id];
  }

  private boolean[] matching(PodShape shape) {
    boolean[] matching = new boolean[spreads.length];
    for (int i = 0; i < spreads.length; i++) {
      matching[i] = spreads[i].constraint.pods().matches(shape.labels());
    }
    return matching;
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

    /** The count of a domain without any node that the constraint includes. */
    private static final int CLOSED = -1;

    private final SpreadConstraint constraint;
    private final Topology topology;
    private final int self;
    private final boolean[] included;
    private final int[] counts;
    private int domains;

    /** How many domains hold so many pods. */
    private int[] domainsWith = new int[8];

    private int fewest;

    Spread(SpreadConstraint constraint, IncomingPod pod, Snapshot snapshot) {
      this.constraint = constraint;
      this.topology = snapshot.topology(constraint.topologyKey());
      this.self = constraint.pods().matches(pod.shape().labels()) ? 1 : 0;
      this.included = new boolean[snapshot.size()];
      this.counts = new int[topology.size()];
      Arrays.fill(counts, CLOSED);
    }

    boolean hasDomain(int node) {
      return topology.domainOf(node) != Topology.NO_DOMAIN;
    }

    /** The inclusion policies: whether pods on the node are counted at all. */
    boolean includes(NodeInfo info, IncomingPod pod) {
      if (constraint.honorsNodeAffinity() && !pod.nodeAffinity().matches(info)) {
        return false;
      }
      return !constraint.honorsTaints()
          || info.taints().stream()
              .allMatch(
                  taint -> !taint.repels() || Toleration.anyTolerates(pod.tolerations(), taint));
    }

    void open(int node) {
      included[node] = true;
      int domain = topology.domainOf(node);
      if (counts[domain] == CLOSED) {
        counts[domain] = 0;
        domains++;
        domainsWith[0]++;
        fewest = 0;
      }
    }

    /** The empty selector counts no bound pods, but nominated ones. */
    boolean counts(PodInfo pod) {
      return pod.nominated() || !constraint.pods().isEverything();
    }

    void count(int node, int delta) {
      if (!included[node]) {
        return;
      }
      int domain = topology.domainOf(node);
      int before = counts[domain];
      int after = before + delta;
      counts[domain] = after;
      if (after == domainsWith.length) {
        domainsWith = Arrays.copyOf(domainsWith, after * 2);
      }
      domainsWith[before]--;
      domainsWith[after]++;
      if (after < fewest || (before == fewest && domainsWith[before] == 0)) {
        fewest = after;
      }
    }

    boolean exceedsMaxSkew(int node) {
      int min = domains < constraint.minDomains() ? 0 : fewest();
      int matching = Math.max(0, counts[topology.domainOf(node)]);
      return matching + self - min > constraint.maxSkew();
    }

    private int fewest() {
      return domains == 0 ? Integer.MAX_VALUE : fewest;
    }
  }
}
