package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.PodInfo.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The cluster at one moment, as the filters see it. Immutable and thread-safe. */
public final class Snapshot {

  /** In place of the number of a namespace without pods. */
  static final int NO_PODS = -1;

  /** How many shapes of pods may be added that no pod has yet: an anchor's and a follower's. */
  private static final int FURTHER_PODS = 2;

  private final NodeInfo[] nodes;
  private final Map<String, Labels> namespaces;
  private final int shapes;
  private final Map<String, Integer> namespaceIds;

  /** By topology key; shared with other snapshots of nodes that are labelled alike. */
  private final Map<String, Topology> topologies;

  /**
   * A snapshot.
   *
   * @param nodes in the order of their names
   * @param shapes more than the highest number of a pod's shape
   * @param namespaceIds the numbers of namespaces that have pods
   */
  Snapshot(
      NodeInfo[] nodes,
      Map<String, Labels> namespaces,
      int shapes,
      Map<String, Integer> namespaceIds,
      Map<String, Topology> topologies) {
    this.nodes = nodes;
    this.namespaces = namespaces;
    this.shapes = shapes;
    this.namespaceIds = namespaceIds;
    this.topologies = topologies;
  }

  /** The nodes in the order of their names. */
  public List<NodeInfo> nodes() {
    return Collections.unmodifiableList(Arrays.asList(nodes));
  }

  /** The node of that name, or null. */
  public NodeInfo node(String name) {
    int index = indexOf(name);
    return index < 0 ? null : nodes[index];
  }

  /** The topology domain that the node of that name is in; null where it is in none, or unknown. */
  public String domainOf(String node, String topologyKey) {
    NodeInfo info = node(node);
    return info == null ? null : info.label(topologyKey);
  }

  int size() {
    return nodes.length;
  }

  NodeInfo node(int index) {
    return nodes[index];
  }

  NodeInfo[] copyOfNodes() {
    return nodes.clone();
  }

  /** The position of the node of that name, or -1. */
  int indexOf(String name) {
    int low = 0;
    int high = nodes.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = nodes[middle].name().compareTo(name);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** More than the number of any pod's shape, further pods included. */
  int shapeIds() {
    return shapes + FURTHER_PODS;
  }

  /**
   * A pod that comes in, as if it was bound already.
   *
   * @param further 0 or 1, to tell it from another such pod
   */
  PodInfo further(IncomingPod pod, int further) {
    return new PodInfo(
        pod.name(),
        pod.shape(),
        shapes + further,
        NO_PODS,
        null,
        Phase.PENDING,
        false,
        false,
        false);
  }

  /** The number of a namespace, or {@link #NO_PODS} if no pod is in it. */
  int namespaceId(String namespace) {
    return namespaceIds.getOrDefault(namespace, NO_PODS);
  }

  /** More than the number of any namespace. */
  int namespaceIds() {
    return nextId(namespaceIds);
  }

  Map<String, Labels> namespaces() {
    return namespaces;
  }

  /** The labels of a namespace; none for one that is not known. */
  Labels namespaceLabels(String namespace) {
    return namespaces.getOrDefault(namespace, Labels.NONE);
  }

  Topology topology(String key) {
    return topologies.computeIfAbsent(key, k -> Topology.of(k, nodes));
  }

  /** The same cluster with other pods on its nodes. */
  Snapshot withPods(NodeInfo[] sameNodes) {
    return new Snapshot(sameNodes, namespaces, shapes, namespaceIds, topologies);
  }

  /** The same cluster without a request's own pods in the domains of some nodes. */
  Snapshot without(PairRequest own, Set<String> names) {
    Topology topology = topology(own.topologyKey());
    Set<Integer> domains = new HashSet<>();
    names.forEach(
        name -> {
          int node = indexOf(name);
          if (node >= 0 && topology.domainOf(node) != Topology.NO_DOMAIN) {
            domains.add(topology.domainOf(node));
          }
        });
    NodeInfo[] left = nodes.clone();
    OwnPods pods = new OwnPods(own, this);
    for (int node = 0; node < left.length; node++) {
      if (domains.contains(topology.domainOf(node)) && pods.anyOn(left[node])) {
        left[node] = left[node].without(pods::include);
      }
    }
    return withPods(left);
  }

  /**
   * The same cluster with further pods that are about to be bound.
   *
   * @param promised the shapes of such pods by the position of their node
   */
  Snapshot with(Map<Integer, List<PodShape>> promised) {
    Map<PodShape, Integer> numbers = new HashMap<>();
    Map<String, Integer> ids = new HashMap<>(namespaceIds);
    NodeInfo[] crowded = nodes.clone();
    promised.forEach(
        (node, pods) -> {
          List<PodInfo> further = new ArrayList<>();
          for (PodShape shape : pods) {
            numbers.putIfAbsent(shape, shapes + numbers.size());
            ids.putIfAbsent(shape.namespace(), nextId(ids));
            further.add(
                new PodInfo(
                    "",
                    shape,
                    numbers.get(shape),
                    ids.get(shape.namespace()),
                    crowded[node].name(),
                    Phase.PENDING,
                    false,
                    false,
                    false));
          }
          crowded[node] = crowded[node].with(further);
        });
    return new Snapshot(crowded, namespaces, shapes + numbers.size(), ids, topologies);
  }

  private static int nextId(Map<String, Integer> ids) {
    return ids.values().stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  static Map<String, Topology> noTopologies() {
    return new ConcurrentHashMap<>();
  }
}
