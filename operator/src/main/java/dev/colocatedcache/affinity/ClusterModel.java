package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
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

  private static final String DEFAULT_SCHEDULER = "default-scheduler";
  private static final String HOSTNAME = "kubernetes.io/hostname";

  private final KubernetesVersion version;

  /** By name, in the order of a snapshot; also names that only pods know of. */
  private final TreeMap<String, NodeState> nodes = new TreeMap<>();

  /** By namespace and name. */
  private final Map<String, Map<String, PodInfo>> pods = new HashMap<>();

  private final ShapeTable shapes = new ShapeTable();
  private final Map<String, NodeState> stale = new HashMap<>();
  private Map<String, Labels> namespaces = Map.of();
  private Map<String, Topology> topologies = Snapshot.noTopologies();
  private Snapshot snapshot = new Snapshot(new NodeInfo[0], namespaces, 0, Snapshot.noTopologies());
  private boolean snapshotIsStale;
  private boolean nodesCameOrWent;

  /** A model of a cluster of the default version. */
  public ClusterModel() {
    this(KubernetesVersion.DEFAULT);
  }

  /** A model of a cluster of the given version: what pods take on nodes depends on it. */
  public ClusterModel(KubernetesVersion version) {
    this.version = version;
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
    touch(traits.name(), state);
    return Change.of(traits.name());
  }

  /** Removes a node; pods bound to it are remembered, but count no more. */
  public Change removeNode(String name) {
    NodeState state = nodes.get(name);
    if (state == null || state.traits == null) {
      return Change.NONE;
    }
    state.traits = null;
    state.info = null;
    nodesCameOrWent = true;
    snapshotIsStale = true;
    topologies = Snapshot.noTopologies();
    forgetIfUnused(name, state);
    return Change.of(name);
  }

  /**
   * Adds or replaces a pod.
   *
   * @throws InvalidInputException if it has no name or namespace, or a quantity is invalid
   */
  public Change putPod(Pod pod) {
    String namespace = pod.getMetadata() == null ? null : pod.getMetadata().getNamespace();
    String name = pod.getMetadata() == null ? null : pod.getMetadata().getName();
    if (namespace == null || name == null) {
      throw new InvalidInputException("a Pod has no metadata.namespace or no metadata.name");
    }
    PodInfo known = pods.getOrDefault(namespace, Map.of()).get(name);
    PodInfo info = info(pod, known);
    pods.computeIfAbsent(namespace, n -> new HashMap<>()).put(name, info);
    if (known == null) {
      return attach(info);
    }
    boolean same =
        known.shapeId() == info.shapeId()
            && known.terminating() == info.terminating()
            && known.nominated() == info.nominated()
            && known.ended() == info.ended()
            && Objects.equals(known.node(), info.node());
    Change left = detach(known);
    Change came = attach(info);
    return same ? Change.NONE : left.and(came);
  }

  /** Removes a pod. */
  public Change removePod(String namespace, String name) {
    Map<String, PodInfo> inNamespace = pods.getOrDefault(namespace, Map.of());
    PodInfo known = inNamespace.get(name);
    if (known == null) {
      return Change.NONE;
    }
    inNamespace.remove(name);
    if (inNamespace.isEmpty()) {
      pods.remove(namespace);
    }
    shapes.release(known.shape());
    return detach(known);
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
      snapshot = new Snapshot(infos, namespaces, shapes.size(), topologies);
      stale.clear();
      snapshotIsStale = false;
      nodesCameOrWent = false;
    }
    return snapshot;
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

  private PodInfo info(Pod pod, PodInfo known) {
    PodSpec spec = pod.getSpec() == null ? new PodSpec() : pod.getSpec();
    PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
    PodShape shape;
    try {
      shape = PodShape.of(pod.getMetadata(), spec, status, version);
    } catch (InvalidInputException invalid) {
      throw invalid.in(
          "Pod " + pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName());
    }
    ShapeTable.Entry entry = shapes.acquire(shape);
    if (known != null) {
      shapes.release(known.shape());
    }
    boolean bound = Given.isSet(spec.getNodeName());
    boolean nominated = !bound && isNominated(spec, status);
    String node = bound ? spec.getNodeName() : nominated ? status.getNominatedNodeName() : null;
    return new PodInfo(
        known == null ? pod.getMetadata().getName() : known.name(),
        entry.shape,
        entry.id,
        node == null ? null : nodeNamed(node),
        phase(status.getPhase()),
        nominated,
        pod.getMetadata().getDeletionTimestamp() != null,
        Given.list(status.getConditions()).stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus())));
  }

  /**
   * Whether the default scheduler has the pod in its queue, nominated for a node; gated pods are
   * not.
   */
  private static boolean isNominated(PodSpec spec, PodStatus status) {
    return Given.isSet(status.getNominatedNodeName())
        && Given.list(spec.getSchedulingGates()).isEmpty()
        && (!Given.isSet(spec.getSchedulerName())
            || spec.getSchedulerName().equals(DEFAULT_SCHEDULER));
  }

  /** The node's name as one string for all its pods. */
  private String nodeNamed(String name) {
    String known = nodes.floorKey(name);
    return name.equals(known) ? known : name;
  }

  private static PodInfo.Phase phase(String phase) {
    return switch (Given.text(phase)) {
      case "Running" -> PodInfo.Phase.RUNNING;
      case "Succeeded" -> PodInfo.Phase.SUCCEEDED;
      case "Failed" -> PodInfo.Phase.FAILED;
      case "Unknown" -> PodInfo.Phase.UNKNOWN;
      default -> PodInfo.Phase.PENDING;
    };
  }

  private Change attach(PodInfo pod) {
    if (pod.node() == null || pod.ended()) {
      return Change.NONE;
    }
    NodeState state = nodes.computeIfAbsent(pod.node(), name -> new NodeState());
    (pod.nominated() ? state.nominated : state.pods).add(pod);
    return changed(pod, state);
  }

  private Change detach(PodInfo pod) {
    if (pod.node() == null || pod.ended()) {
      return Change.NONE;
    }
    NodeState state = nodes.get(pod.node());
    (pod.nominated() ? state.nominated : state.pods).remove(pod);
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
    if (state.traits == null && state.pods.isEmpty() && state.nominated.isEmpty()) {
      nodes.remove(name);
      stale.remove(name);
    }
  }

  /** A node and its pods; traits and info are null for a node that only pods know of. */
  private static final class NodeState {
    private final List<PodInfo> pods = new ArrayList<>(0);
    private final List<PodInfo> nominated = new ArrayList<>(0);
    private NodeInfo.Traits traits;
    private NodeInfo info;

    private void rebuild() {
      info = traits == null ? null : NodeInfo.of(traits, pods, nominated);
    }
  }
}
