package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.PodInfo.Phase;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The cluster at one moment, as the filters see it. Immutable and thread-safe. */
public final class Snapshot {

  /** How many shapes of pods may be added that no pod has yet: an anchor's and a follower's. */
  private static final int FURTHER_PODS = 2;

  private final NodeInfo[] nodes;
  private final Map<String, Labels> namespaces;
  private final int shapes;

  /** By topology key; shared with other snapshots of nodes that are labelled alike. */
  private final Map<String, Topology> topologies;

  /**
   * A snapshot.
   *
   * @param nodes in the order of their names
   * @param shapes more than the highest number of a pod's shape
   */
  Snapshot(
      NodeInfo[] nodes,
      Map<String, Labels> namespaces,
      int shapes,
      Map<String, Topology> topologies) {
    this.nodes = nodes;
    this.namespaces = namespaces;
    this.shapes = shapes;
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
        pod.name(), pod.shape(), shapes + further, null, Phase.PENDING, false, false, false);
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
    return new Snapshot(sameNodes, namespaces, shapes, topologies);
  }

  static Map<String, Topology> noTopologies() {
    return new ConcurrentHashMap<>();
  }
}
