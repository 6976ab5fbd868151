package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What the filters need to know of a cluster, kept up to date change by change. Not thread-safe:
 * the caller locks. Snapshots taken from it are.
 */
public final class ClusterModel {

  private static final String HOSTNAME = "kubernetes.io/hostname";

  /** By name, in the order of a snapshot; also names that only pods know of. */
  private final TreeMap<String, NodeState> nodes = new TreeMap<>();

  private final PodStore pods;

  /** In the order of a snapshot, so that what is read in turn is made, and lies, side by side. */
  private final Map<String, NodeState> stale = new TreeMap<>();

  private Map<String, Labels> namespaces = Map.of();
  private Map<String, Topology> topologies = Snapshot.noTopologies();
  private Snapshot snapshot =
      new Snapshot(new NodeInfo[0], namespaces, 0, Map.of(), Snapshot.noTopologies());
  private boolean snapshotIsStale;
  private boolean nodesCameOrWent;

  /** A model of a cluster of the default version. */
  public ClusterModel() {
    this(KubernetesVersion.DEFAULT);
  }

  /** A model of a cluster of the given version: what pods take on nodes depends on it. */
  public ClusterModel(KubernetesVersion version) {
    this.pods = new PodStore(version, this::nodeNamed);
  }

  /**
   * Adds or replaces a node.
   *
   * @throws InvalidInputException if it has no name, or a quantity is invalid
   */
  public Change putNode(Node node) {
    NodeInfo.Traits traits = NodeInfo.Traits.of(node);
    NodeState state = nodes.computeIfAbsent(traits.name(), name -> new NodeState());
    if (traits.equals(state.traits)) {
      return Change.NONE;
    }
    nodesCameOrWent |= state.traits == null;
    if (state.traits == null || !state.traits.labels().equals(traits.labels())) {
      topologies = Snapshot.noTopologies();
    }
    state.traits = traits;
    state.before = null;
    touch(traits.name(), state);
    return Change.of(traits.name());
  }

  /**
   * Removes a node; pods bound to it are remembered, but count no more. So is what it was like,
   * until {@link #forgetNode}.
   */
  public Change removeNode(String name) {
    NodeState state = nodes.get(name);
    if (state == null || state.traits == null) {
      return Change.NONE;
    }
    state.before = state.traits;
    state.traits = null;
    state.info = null;
    nodesCameOrWent = true;
    snapshotIsStale = true;
    topologies = Snapshot.noTopologies();
    return Change.of(name);
  }

  /** Forgets what a node was like that has been removed. */
  public void forgetNode(String name) {
    NodeState state = nodes.get(name);
    if (state != null) {
      state.before = null;
      forgetIfUnused(name, state);
    }
  }

  /**
   * Adds or replaces a pod.
   *
   * @throws InvalidInputException if it has no name, or a quantity is invalid
   */
  public Change putPod(Pod pod) {
    if (pod.getMetadata() == null || !Given.isSet(pod.getMetadata().getName())) {
      throw new InvalidInputException("a Pod has no metadata.name");
    }
    PodInfo known = pods.get(PodStore.namespaceOf(pod), pod.getMetadata().getName());
    PodInfo info = pods.put(pod);
    if (known == null) {
      return attach(info);
    }
    if (known.countsAs(info)) {
      replace(known, info);
      return Change.NONE;
    }
    return detach(known).and(attach(info));
  }

  /** Removes a pod. */
  public Change removePod(String namespace, String name) {
    PodInfo known = pods.remove(namespace, name);
    return known == null ? Change.NONE : detach(known);
  }

  /** Adds or replaces a namespace. */
  public Change putNamespace(Namespace namespace) {
    if (namespace.getMetadata() == null || namespace.getMetadata().getName() == null) {
      throw new InvalidInputException("a Namespace has no metadata.name");
    }
    Labels labels = Labels.of(namespace.getMetadata().getLabels());
    return setNamespace(namespace.getMetadata().getName(), labels);
  }

  /** Removes a namespace. */
  public Change removeNamespace(String name) {
    return setNamespace(name, null);
  }

  private Change setNamespace(String name, Labels labels) {
    if (Objects.equals(namespaces.get(name), labels)) {
      return Change.NONE;
    }
    Map<String, Labels> copy = new HashMap<>(namespaces);
    if (labels == null) {
      copy.remove(name);
    } else {
      copy.put(name, labels);
    }
    namespaces = copy;
    snapshotIsStale = true;
    return Change.CLUSTER_WIDE;
  }

  /** The cluster as it is now. Cheap: what did not change is shared with the snapshot before. */
  public Snapshot snapshot() {
    if (snapshotIsStale) {
      stale.forEach((name, state) -> state.rebuild());
      NodeInfo[] infos = nodesCameOrWent ? allNodes() : withStaleReplaced(snapshot.copyOfNodes());
      snapshot = new Snapshot(infos, namespaces, pods.shapes(), pods.namespaceIds(), topologies);
      stale.clear();
      snapshotIsStale = false;
      nodesCameOrWent = false;
    }
    return snapshot;
  }

  /**
   * The cluster as if nodes that are away for a moment were there: those that have been removed as
   * they were, with the pods that are bound to them, and those that are there without the taints of
   * a node that is not Ready.
   */
  public Snapshot snapshotWith(Collection<String> absent) {
    TreeMap<String, NodeInfo> infos = new TreeMap<>();
    snapshot().nodes().forEach(info -> infos.put(info.name(), info));
    for (String name : absent) {
      NodeState state = nodes.get(name);
      if (state != null && state.latest() != null) {
        infos.put(name, NodeInfo.of(state.latest().asIfReady(), state.pods, state.nominated));
      }
    }
    return new Snapshot(
        infos.values().toArray(NodeInfo[]::new),
        namespaces,
        pods.shapes(),
        pods.namespaceIds(),
        Snapshot.noTopologies());
  }

  private NodeInfo[] allNodes() {
    return nodes.values().stream()
        .map(state -> state.info)
        .filter(Objects::nonNull)
        .toArray(NodeInfo[]::new);
  }

  private NodeInfo[] withStaleReplaced(NodeInfo[] infos) {
    stale.forEach(
        (name, state) -> {
          if (state.info != null) {
            infos[snapshot.indexOf(name)] = state.info;
          }
        });
    return infos;
  }

  /** The node's name as one string for all its pods. */
  private String nodeNamed(String name) {
    String known = nodes.floorKey(name);
    return name.equals(known) ? known : name;
  }

  private Change attach(PodInfo pod) {
    if (!pod.onNode()) {
      return Change.NONE;
    }
    NodeState state = nodes.computeIfAbsent(pod.node(), name -> new NodeState());
    state.podsLike(pod).add(pod);
    return changed(pod, state);
  }

  /** Puts what is now known of a pod in the place of what was: no filter sees a difference. */
  private void replace(PodInfo known, PodInfo info) {
    if (info.onNode()) {
      NodeState state = nodes.get(info.node());
      Collections.replaceAll(state.podsLike(info), known, info);
      touch(info.node(), state);
    }
  }

  private Change detach(PodInfo pod) {
    if (!pod.onNode()) {
      return Change.NONE;
    }
    NodeState state = nodes.get(pod.node());
    state.podsLike(pod).remove(pod);
    Change change = changed(pod, state);
    forgetIfUnused(pod.node(), state);
    return change;
  }

  private Change changed(PodInfo pod, NodeState state) {
    if (state.traits == null) {
      return Change.NONE;
    }
    touch(pod.node(), state);
    boolean reachesFurther =
        pod.shape().antiAffinity().stream().anyMatch(term -> !term.topologyKey().equals(HOSTNAME));
    return reachesFurther ? Change.of(pod.node()).and(Change.CLUSTER_WIDE) : Change.of(pod.node());
  }

  private void touch(String name, NodeState state) {
    stale.put(name, state);
    snapshotIsStale = true;
  }

  private void forgetIfUnused(String name, NodeState state) {
    if (state.latest() == null && state.pods.isEmpty() && state.nominated.isEmpty()) {
      nodes.remove(name);
      stale.remove(name);
    }
  }

  /** A node and its pods; traits and info are null for a node that only pods know of. */
  private static final class NodeState {
    private final List<PodInfo> pods = new ArrayList<>(0);
    private final List<PodInfo> nominated = new ArrayList<>(0);
    private NodeInfo.Traits traits;

    /** What it was like, while it is gone. */
    private NodeInfo.Traits before;

    private NodeInfo info;

    private NodeInfo.Traits latest() {
      return traits == null ? before : traits;
    }

    private List<PodInfo> podsLike(PodInfo pod) {
      return pod.nominated() ? nominated : pods;
    }

    private void rebuild() {
      info = traits == null ? null : NodeInfo.of(traits, pods, nominated);
    }
  }
}
