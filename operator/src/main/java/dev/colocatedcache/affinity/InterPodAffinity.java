package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rejects nodes in whose domains the pods that the incoming pod must be near are missing, pods that
 * it must not be near are present, or pods are present that must not be near it. The affinity of
 * existing pods is not enforced.
 */
final class InterPodAffinity implements Filter {

  static final String NAME = "InterPodAffinity";
  private static final Verdict AFFINITY =
      Rejected.unresolvable(NAME, "node(s) didn't match pod affinity rules");
  private static final Verdict ANTI_AFFINITY =
      Rejected.unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
  private static final Verdict EXISTING_ANTI_AFFINITY =
      Rejected.unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

  private final Snapshot snapshot;
  private final PodShape incoming;
  private final Labels namespaceLabels;
  private final List<AffinityTerm> affinity;
  private final List<AffinityTerm> antiAffinity;

  /**
   * By topology key: pods that match all affinity terms, pods that match an anti-affinity term,
   * pods that repel.
   */
  private final Map<String, DomainCounts> near = new HashMap<>();

  private final Map<String, DomainCounts> apart = new HashMap<>();
  private final Map<String, DomainCounts> repelling = new HashMap<>();
  private final boolean matchesItself;

  /** What a pod of each shape counts for, as far as it was looked at. */
  private final Bearing[] bearings;

  InterPodAffinity(IncomingPod pod, Snapshot snapshot) {
    this.snapshot = snapshot;
    this.incoming = pod.shape();
    this.namespaceLabels = snapshot.namespaceLabels(incoming.namespace());
    this.affinity = unrolled(pod.affinity());
    this.antiAffinity = unrolled(incoming.antiAffinity());
    this.matchesItself = matchesAllAffinity(incoming);
    this.bearings = new Bearing[snapshot.shapes()];
    for (AffinityTerm term : affinity) {
      counts(near, term);
    }
    for (AffinityTerm term : antiAffinity) {
      counts(apart, term);
    }
    for (int node = 0; node < snapshot.size(); node++) {
      NodeInfo info = snapshot.node(node);
      for (int i = 0; i < info.podCount(); i++) {
        bearing(info.pod(i)).count(node, 1);
      }
    }
  }

  /**
   * Terms with the names of the namespaces that they select now; the selector still applies to
   * unlabelled ones.
   */
  private List<AffinityTerm> unrolled(List<AffinityTerm> terms) {
    return terms.stream().map(term -> term.unrolled(snapshot.namespaces())).toList();
  }

  private DomainCounts counts(Map<String, DomainCounts> byKey, AffinityTerm term) {
    return byKey.computeIfAbsent(
        term.topologyKey(), key -> new DomainCounts(snapshot.topology(key)));
  }

  private Bearing bearing(PodInfo pod) {
    int id = pod.shapeId();
    if (id < 0) {
      return bearing(pod.shape());
    }
    Bearing known = bearings[id];
    if (known == null) {
      known = bearing(pod.shape());
      bearings[id] = known;
    }
    return known;
  }

  private Bearing bearing(PodShape existing) {
    List<DomainCounts> counts = new ArrayList<>();
    if (matchesAllAffinity(existing)) {
      affinity.forEach(term -> counts.add(counts(near, term)));
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
    return counts.isEmpty() ? Bearing.NONE : new Bearing(counts);
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
    if (anyIn(apart, node)) {
      return ANTI_AFFINITY;
    }
    return anyIn(repelling, node) ? EXISTING_ANTI_AFFINITY : FITS;
  }

  /**
   * Near such pods in every domain asked for; or the first of its kind, wherever the domains exist.
   */
  private boolean satisfiesAffinity(int node) {
    boolean found = true;
    for (DomainCounts counts : near.values()) {
      if (!counts.hasDomain(node)) {
        return false;
      }
      found &= counts.anyAt(node);
    }
    return found || (matchesItself && none(near));
  }

  /** Whether no pod is counted in the whole cluster. */
  private static boolean none(Map<String, DomainCounts> byKey) {
    for (DomainCounts counts : byKey.values()) {
      if (!counts.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static boolean anyIn(Map<String, DomainCounts> byKey, int node) {
    if (byKey.isEmpty()) {
      return false;
    }
    for (DomainCounts counts : byKey.values()) {
      if (counts.anyAt(node)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void add(PodInfo pod, int node) {
    if (!ignores(pod)) {
      bearing(pod).count(node, 1);
    }
  }

  @Override
  public void remove(PodInfo pod, int node) {
    if (!ignores(pod)) {
      bearing(pod).count(node, -1);
    }
  }

  /**
   * Where no bound pod concerns the incoming one, PreFilter skips the plugin, and nominated pods
   * are not seen.
   */
  private boolean ignores(PodInfo pod) {
    return pod.nominated() && near.isEmpty() && apart.isEmpty() && none(repelling);
  }

  /** The counts that a pod belongs to. */
  private record Bearing(List<DomainCounts> counts) {

    static final Bearing NONE = new Bearing(List.of());

    void count(int node, int delta) {
      for (DomainCounts each : counts) {
        each.count(node, delta);
      }
    }
  }

  /** A number of pods in each domain of a topology; pods on nodes that lack the key are in none. */
  private static final class DomainCounts {

    private final Topology topology;
    private final int[] counts;
    private int total;

    DomainCounts(Topology topology) {
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

    boolean isEmpty() {
      return total == 0;
    }
  }
}
