package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** A node and the pods on it, as the filters see them: compact and immutable. */
public final class NodeInfo {

  private static final PodInfo[] NO_PODS = {};

  private final Traits traits;
  private final PodInfo[] pods;
  private final int[] shapeIds;

  /** Of each pod the number of its namespace, doubled, and 1 if it repels other namespaces. */
  private final int[] namespaceIds;

  private final PodInfo[] nominated;
  private final Occupancy occupancy;

  private NodeInfo(
      Traits traits,
      PodInfo[] pods,
      int[] shapeIds,
      int[] namespaceIds,
      PodInfo[] nominated,
      Occupancy occupancy) {
    this.traits = traits;
    this.pods = pods;
    this.shapeIds = shapeIds;
    this.namespaceIds = namespaceIds;
    this.nominated = nominated;
    this.occupancy = occupancy;
  }

  static NodeInfo of(Traits traits, List<PodInfo> pods, List<PodInfo> nominated) {
    PodInfo[] array = pods.toArray(NO_PODS);
    int[] shapeIds = new int[array.length];
    int[] namespaceIds = new int[array.length];
    for (int i = 0; i < array.length; i++) {
      shapeIds[i] = array[i].shapeId();
      namespaceIds[i] =
          2 * array[i].namespaceId() + (array[i].shape().repelsOtherNamespaces() ? 1 : 0);
    }
    return new NodeInfo(
        traits, array, shapeIds, namespaceIds, nominated.toArray(NO_PODS), Occupancy.of(array));
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
    return traits.unschedulable;
  }

  /** The pods bound to the node that have not ended. */
  public List<PodInfo> pods() {
    return Collections.unmodifiableList(Arrays.asList(pods));
  }

  Labels labels() {
    return traits.labels;
  }

  List<Taint> taints() {
    return traits.taints;
  }

  Resources allocatable() {
    return traits.allocatable;
  }

  Set<String> declaredFeatures() {
    return traits.declaredFeatures;
  }

  Occupancy occupancy() {
    return occupancy;
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

  /** Pods that wait for their victims to leave this node. */
  List<PodInfo> nominated() {
    return Arrays.asList(nominated);
  }

  /** This node, of which one pod more takes its part; the pod is not among {@link #pods()}. */
  NodeInfo occupiedBy(PodShape pod) {
    return new NodeInfo(traits, pods, shapeIds, namespaceIds, nominated, occupancy.plus(pod));
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
