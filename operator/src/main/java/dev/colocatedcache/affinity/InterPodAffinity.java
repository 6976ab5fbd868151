package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayList;
import java.util.List;

/**
 * Rejects nodes in whose domains the pods that the incoming pod must be near are missing, pods that
 * it must not be near are present, or pods are present that must not be near it. The affinity of
 * existing pods is not enforced.
 */
final class InterPodAffinity implements Filter, PreFilterExtensions {

  static final String NAME = "InterPodAffinity";
  private static final Verdict AFFINITY =
      Rejected.unresolvable(NAME, "node(s) didn't match pod affinity rules");
  private static final Verdict ANTI_AFFINITY =
      Rejected.unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
  private static final Verdict EXISTING_ANTI_AFFINITY =
      Rejected.unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

  private static final DomainCounts[] NO_BEARING = {};

  private final Snapshot snapshot;
  private final PodShape incoming;
  private final Labels namespaceLabels;
  private final List<AffinityTerm> affinity;
  private final List<AffinityTerm> antiAffinity;

  /**
   * Pods that match all affinity terms, pods that match an anti-affinity term, pods that repel the
   * incoming one.
   */
  private final List<DomainCounts> near = new ArrayList<>();

  private final List<DomainCounts> apart = new ArrayList<>();
  private final List<DomainCounts> repelling = new ArrayList<>();
  private final boolean matchesItself;

  /** The counts that the pods of a shape belong to. */
  private final PerShape<DomainCounts[]> bearings;

  InterPodAffinity(IncomingPod pod, Snapshot snapshot) {
    this.snapshot = snapshot;
    this.incoming = pod.shape();
    this.namespaceLabels = snapshot.namespaceLabels(incoming.namespace());
    this.affinity = unrolled(pod.affinity());
    this.antiAffinity = unrolled(incoming.antiAffinity());
    this.matchesItself = matchesAllAffinity(incoming);
    this.bearings =
        new PerShape<>(
            snapshot,
            Scope.ofTerms(snapshot, incoming.namespace(), List.of(affinity, antiAffinity)),
            NO_BEARING,
            this::bearing);
    affinity.forEach(term -> counts(near, term));
    antiAffinity.forEach(term -> counts(apart, term));
    for (int node = 0; node < snapshot.size(); node++) {
      countPods(node, snapshot.node(node));
    }
  }

  private void countPods(int node, NodeInfo info) {
    if (bearings.nothingOn(info)) {
      return;
    }
    for (int i = 0; i < info.podCount(); i++) {
      count(bearings.of(info, i), node, 1);
    }
  }

  /** Terms with the names of the namespaces that they select now. */
  private List<AffinityTerm> unrolled(List<AffinityTerm> terms) {
    return terms.stream().map(term -> term.unrolled(snapshot.namespaces())).toList();
  }

  /** The counts by the term's topology key. */
  private DomainCounts counts(List<DomainCounts> all, AffinityTerm term) {
    for (DomainCounts counts : all) {
      if (counts.topologyKey.equals(term.topologyKey())) {
        return counts;
      }
    }
    DomainCounts counts =
        new DomainCounts(term.topologyKey(), snapshot.topology(term.topologyKey()));
    all.add(counts);
    return counts;
  }

  private DomainCounts[] bearing(PodShape existing) {
    List<DomainCounts> counts = new ArrayList<>();
    if (matchesAllAffinity(existing)) {
      counts.addAll(near);
    }
    for (AffinityTerm term : antiAffinity) {
      if (term.matches(existing.namespace(), Labels.NONE, existing.labels())) {
        counts.add(counts(apart, term));
      }
    }
    for (AffinityTerm term : existing.antiAffinity()) {
      if (term.matches(incoming.namespace(), namespaceLabels, incoming.labels())) {
        counts.add(counts(repelling, term));
      }
    }
    return counts.isEmpty() ? NO_BEARING : counts.toArray(DomainCounts[]::new);
  }

  private boolean matchesAllAffinity(PodShape pod) {
    for (AffinityTerm term : affinity) {
      if (!term.matches(pod.namespace(), Labels.NONE, pod.labels())) {
        return false;
      }
    }
    return !affinity.isEmpty();
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    if (!satisfiesAffinity(node)) {
      return AFFINITY;
    }
    if (anyAt(node, apart)) {
      return ANTI_AFFINITY;
    }
    return anyAt(node, repelling) ? EXISTING_ANTI_AFFINITY : FITS;
  }

  /**
   * Near such pods in every domain asked for; or the first of its kind, wherever the domains exist.
   */
  private boolean satisfiesAffinity(int node) {
    boolean found = true;
    for (DomainCounts counts : near) {
      if (!counts.hasDomain(node)) {
        return false;
      }
      found &= counts.anyAt(node);
    }
    return found || (matchesItself && none(near));
  }

  /** Whether no pod is counted in the whole cluster. */
  private static boolean none(List<DomainCounts> all) {
    for (DomainCounts counts : all) {
      if (counts.total > 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean anyAt(int node, List<DomainCounts> all) {
    for (DomainCounts counts : all) {
      if (counts.anyAt(node)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void add(PodInfo pod, int node) {
    if (!ignores(pod)) {
      count(bearings.of(pod), node, 1);
    }
  }

  @Override
  public void remove(PodInfo pod, int node) {
    if (!ignores(pod)) {
      count(bearings.of(pod), node, -1);
    }
  }

  /**
   * Where no bound pod concerns the incoming one, PreFilter skips the plugin, and nominated pods
   * are not seen.
   */
  private boolean ignores(PodInfo pod) {
    return pod.nominated() && near.isEmpty() && apart.isEmpty() && none(repelling);
  }

  private static void count(DomainCounts[] bearing, int node, int delta) {
    for (DomainCounts counts : bearing) {
      counts.count(node, delta);
    }
  }

  /** How a pod on the node counts: pods on nodes that are seen alike count the same. */
  void describe(PodInfo pod, int node, List<Integer> view) {
    for (DomainCounts counts : bearings.of(pod)) {
      view.add(counts.topology.domainOf(node));
    }
  }

  /** A number of pods in each domain of a topology; pods on nodes that lack the key are in none. */
  private static final class DomainCounts {

    private final String topologyKey;
    private final Topology topology;
    private final int[] counts;
    private int total;

    DomainCounts(String topologyKey, Topology topology) {
      this.topologyKey = topologyKey;
      this.topology = topology;
      this.counts = new int[topology.size()];
    }

    void count(int node, int delta) {
      int domain = topology.domainOf(node);
      if (domain != Topology.NO_DOMAIN) {
        counts[domain] += delta;
        total += delta;
      }
    }

    boolean hasDomain(int node) {
      return topology.domainOf(node) != Topology.NO_DOMAIN;
    }

    boolean anyAt(int node) {
      int domain = topology.domainOf(node);
      return domain != Topology.NO_DOMAIN && counts[domain] > 0;
    }
  }
}
