package dev.colocatedcache.affinity;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which of the pairs that run stay longest when there are to be fewer: first go those that are not
 * Ready, then those on nodes that take no new ones, then one after the other from where most are,
 * by zone and by whatever else the pods are spread over.
 */
final class KeepOrder {
  private static final String ZONE = "topology.kubernetes.io/zone";

  private final Snapshot snapshot;
  private final List<String> keys;
  private final List<List<Filter>> closedTo;

  KeepOrder(Snapshot snapshot, PairRequest request, KubernetesVersion version) {
    this.snapshot = snapshot;
    Set<String> spread = new LinkedHashSet<>();
    Stream.of(request.anchor(), request.follower())
        .flatMap(pod -> pod.spreadConstraints().stream())
        .map(SpreadConstraint::topologyKey)
        .forEach(spread::add);
    spread.add(ZONE);
    spread.remove(request.topologyKey());
    this.keys = List.copyOf(spread);
    this.closedTo =
        Stream.of(request.anchor(), request.follower())
            .map(
                pod ->
                    List.<Filter>of(new NodeUnschedulable(pod), new TaintToleration(pod, version)))
            .toList();
  }

  /** The pairs of {@code domains}, each of which runs one: that which goes first is the last. */
  List<Pair> of(Collection<PairDomain> domains) {
    Map<Integer, List<PairDomain>> byHarm = new TreeMap<>();
    Map<List<String>, Integer> counts = new HashMap<>();
    for (PairDomain domain : domains) {
      byHarm.computeIfAbsent(harm(domain), harm -> new ArrayList<>()).add(domain);
      places(domain.pair()).forEach(place -> counts.merge(place, 1, Integer::sum));
    }
    List<Pair> going = new ArrayList<>();
    byHarm.values().forEach(alike -> takeAway(alike, counts, going));
    Collections.reverse(going);
    return going;
  }

  /** One after the other, from where most are at that time. */
  private void takeAway(
      List<PairDomain> alike, Map<List<String>, Integer> counts, List<Pair> going) {
    Map<List<List<String>>, Deque<Pair>> groups = new LinkedHashMap<>();
    for (PairDomain domain : alike) {
      groups
          .computeIfAbsent(places(domain.pair()), places -> new ArrayDeque<>())
          .push(domain.pair());
    }
    Comparator<List<List<String>>> fullest =
        (one, other) -> {
          for (int i = 0; i < keys.size(); i++) {
            int more = Integer.compare(counts.get(one.get(i)), counts.get(other.get(i)));
            if (more != 0) {
              return more;
            }
          }
          return one.toString().compareTo(other.toString());
        };
    while (!groups.isEmpty()) {
      List<List<String>> places = Collections.max(groups.keySet(), fullest);
      Deque<Pair> pairs = groups.get(places);
      going.add(pairs.pop());
      places.forEach(place -> counts.merge(place, -1, Integer::sum));
      if (pairs.isEmpty()) {
        groups.remove(places);
      }
    }
  }

  private int harm(PairDomain domain) {
    if (!domain.isReady()) {
      return 0;
    }
    Pair pair = domain.pair();
    return isClosed(pair.anchorNode(), 0) || isClosed(pair.followerNode(), 1) ? 1 : 2;
  }

  private boolean isClosed(String name, int half) {
    int node = snapshot.indexOf(name);
    return !SchedulingCycle.firstRejection(closedTo.get(half), node, snapshot.node(node)).fits();
  }

  /** The places that the pair takes, by each of the keys. */
  private List<List<String>> places(Pair pair) {
    NodeInfo node = snapshot.node(pair.anchorNode());
    return keys.stream()
        .map(key -> List.of(key, node.label(key) == null ? "" : node.label(key)))
        .toList();
  }
}
