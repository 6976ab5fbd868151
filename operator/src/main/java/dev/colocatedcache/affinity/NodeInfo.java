package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** A node and the pods on it, as the filters see them: compact and immutable. */
public final class NodeInfo {

  /** Keys of the taints of a node that is not Ready, and of one of which nothing is heard. */
  public static final Set<String> NOT_READY =
      Set.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");

  /** The mark of a node with a pod that keeps pods of other namespaces away. */
  static final long REPELLING_MARK = 1L << 63;

  private static final int NAMESPACE_MARKS = 63;

  private static final PodInfo[] NO_PODS = {};

  private final Traits traits;
  private final PodInfo[] pods;
  private final int[] shapeIds;

  /** Of each pod the number of its namespace, doubled, and 1 if it repels other namespaces. */
  private final int[] namespaceIds;

  private final long marks;
  private final PodInfo[] nominated;

  // What every filter asks of every node is kept here, not behind another reference: in a large
  // cluster each step to a further object is a cache miss.
  private final boolean unschedulable;
  private final List<Taint> taints;

  /** What no pod has asked for yet; its number of pods has no meaning. */
  private final Resources free;

  /** How many pods more the node takes. */
  private final long podsFree;

  private final List<HostPort> hostPorts;

  private NodeInfo(
      Traits traits,
      PodInfo[] pods,
      int[] shapeIds,
      int[] namespaceIds,
      long marks,
      PodInfo[] nominated,
      Resources free,
      long podsFree,
      List<HostPort> hostPorts) {
    this.traits = traits;
    this.pods = pods;
    this.shapeIds = shapeIds;
    this.namespaceIds = namespaceIds;
    this.marks = marks;
    this.nominated = nominated;
    this.unschedulable = traits.unschedulable;
    this.taints = traits.taints;
    this.free = free;
    this.podsFree = podsFree;
    this.hostPorts = hostPorts;
  }

  static NodeInfo of(Traits traits, List<PodInfo> pods, List<PodInfo> nominated) {
    PodInfo[] array = pods.toArray(NO_PODS);
    int[] shapeIds = new int[array.length];
    int[] namespaceIds = new int[array.length];
    long marks = 0;
    Resources free = traits.allocatable;
    List<HostPort> hostPorts = List.of();
    for (int i = 0; i < array.length; i++) {
      PodShape shape = array[i].shape();
      boolean repelling = shape.repelsOtherNamespaces();
      shapeIds[i] = array[i].shapeId();
      namespaceIds[i] = 2 * array[i].namespaceId() + (repelling ? 1 : 0);
      marks |= markOf(array[i].namespaceId()) | (repelling ? REPELLING_MARK : 0);
      free = free.minus(shape.requests());
      hostPorts = both(hostPorts, shape.hostPorts());
    }
    return new NodeInfo(
        traits,
        array,
        shapeIds,
        namespaceIds,
        marks,
        nominated.toArray(NO_PODS),
        free,
        Math.max(0, traits.allocatable.pods) - array.length,
        hostPorts);
  }

  private static List<HostPort> both(List<HostPort> some, List<HostPort> more) {
    if (more.isEmpty()) {
      return some;
    }
    List<HostPort> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  public String name() {
    return traits.name;
  }

  /** The value of one of the node's labels, or null. */
  public String label(String key) {
    return traits.labels.get(key);
  }

  /** {@code spec.unschedulable}: the node is cordoned. */
  public boolean unschedulable() {
    return unschedulable;
  }

  /** The pods bound to the node that have not ended. */
  public List<PodInfo> pods() {
    return Collections.unmodifiableList(Arrays.asList(pods));
  }

  Labels labels() {
    return traits.labels;
  }

  List<Taint> taints() {
    return taints;
  }

  Resources allocatable() {
    return traits.allocatable;
  }

  Set<String> declaredFeatures() {
    return traits.declaredFeatures;
  }

  /** What no pod has asked for yet, but for the number of pods: {@link #podsFree()}. */
  Resources free() {
    return free;
  }

  /** How many pods more the node takes; below zero where there are too many already. */
  long podsFree() {
    return podsFree;
  }

  /** The host ports that its pods have open. */
  List<HostPort> hostPorts() {
    return hostPorts;
  }

  int podCount() {
    return pods.length;
  }

  PodInfo pod(int index) {
    return pods[index];
  }

  /** The number of a pod's shape, without a look at the pod. */
  int shapeId(int index) {
    return shapeIds[index];
  }

  /** The number of a pod's namespace, without a look at the pod. */
  int namespaceId(int index) {
    return namespaceIds[index] >> 1;
  }

  /** Whether a pod keeps pods of other namespaces away, without a look at the pod. */
  boolean repelsOtherNamespaces(int index) {
    return (namespaceIds[index] & 1) != 0;
  }

  /** The mark of a node with a pod of that namespace; a namespace shares it with some others. */
  static long markOf(int namespaceId) {
    return 1L << namespaceId % NAMESPACE_MARKS;
  }

  /** All marks of the node: of most nodes they tell that no pod there can matter. */
  long marks() {
    return marks;
  }

  /** Pods that wait for their victims to leave this node. */
  List<PodInfo> nominated() {
    return Arrays.asList(nominated);
  }

  /** This node, of which one pod more takes its part; the pod is not among {@link #pods()}. */
  NodeInfo occupiedBy(PodShape pod) {
    return new NodeInfo(
        traits,
        pods,
        shapeIds,
        namespaceIds,
        marks,
        nominated,
        free.minus(pod.requests()),
        podsFree - 1,
        both(hostPorts, pod.hostPorts()));
  }

  /** Whether there is a pod of a lower priority than that which fulfils the condition. */
  boolean hasBelow(int priority, Predicate<PodInfo> condition) {
    for (PodInfo pod : pods) {
      if (pod.priority() < priority && condition.test(pod)) {
        return true;
      }
    }
    return false;
  }

  /** This node with further pods on it. */
  NodeInfo with(List<PodInfo> further) {
    List<PodInfo> all = new ArrayList<>(Arrays.asList(pods));
    all.addAll(further);
    return of(traits, all, Arrays.asList(nominated));
  }

  /** This node without the pods, bound or nominated, that fulfil the condition. */
  NodeInfo without(Predicate<PodInfo> condition) {
    Predicate<PodInfo> stays = condition.negate();
    return of(
        traits,
        Arrays.stream(pods).filter(stays).toList(),
        Arrays.stream(nominated).filter(stays).toList());
  }

  @Override
  public String toString() {
    return name();
  }

  /** What is kept of a Node object; equal as long as nothing changes that a filter looks at. */
  record Traits(
      String name,
      Labels labels,
      boolean unschedulable,
      List<Taint> taints,
      Resources allocatable,
      Set<String> declaredFeatures) {

    /**
     * Reads a Node.
     *
     * @throws InvalidInputException if it has no name, or a quantity is invalid
     */
    static Traits of(Node node) {
      if (node.getMetadata() == null || node.getMetadata().getName() == null) {
        throw new InvalidInputException("a Node has no metadata.name");
      }
      String name = node.getMetadata().getName();
      NodeSpec spec = node.getSpec() == null ? new NodeSpec() : node.getSpec();
      NodeStatus status = node.getStatus() == null ? new NodeStatus() : node.getStatus();
      try {
        return new Traits(
            name,
            Labels.of(node.getMetadata().getLabels()),
            Boolean.TRUE.equals(spec.getUnschedulable()),
            Given.list(spec.getTaints()).stream().map(Taint::of).toList(),
            Resources.of(PodRequests.quantities(status.getAllocatable())),
            declaredFeatures(status));
      } catch (InvalidInputException invalid) {
        throw invalid.in("Node " + name);
      }
    }

    /** The same node without the taints that the node controller puts on one that is not Ready. */
    Traits asIfReady() {
      return new Traits(
          name,
          labels,
          unschedulable,
          taints.stream().filter(taint -> !NOT_READY.contains(taint.key())).toList(),
          allocatable,
          declaredFeatures);
    }

    /**
     * {@code status.declaredFeatures}, which the model has no getter for. Kubelets sort the list
     * and the scheduler relies on it: a name that comes after one that sorts behind it is not seen.
     */
    private static Set<String> declaredFeatures(NodeStatus status) {
      TreeSet<String> features = new TreeSet<>();
      for (Object element :
          Given.untypedList(
              "declaredFeatures", status.getAdditionalProperties().get("declaredFeatures"))) {
        if (!(element instanceof String feature)) {
          throw new InvalidInputException("declaredFeatures has an element that is no text");
        }
        if (features.isEmpty() || feature.compareTo(features.last()) > 0) {
          features.add(feature);
        }
      }
      return Set.copyOf(features);
    }
  }
}
