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

  private static final PodInfo[] NO_PODS = {};

  private final Traits traits;
  private final PodInfo[] pods;
  private final PodInfo[] nominated;
  private final Resources requested;

  private NodeInfo(Traits traits, PodInfo[] pods, PodInfo[] nominated, Resources requested) {
    this.traits = traits;
    this.pods = pods;
    this.nominated = nominated;
    this.requested = requested;
  }

  static NodeInfo of(Traits traits, List<PodInfo> pods, List<PodInfo> nominated) {
    Resources requested = Resources.NONE;
    for (PodInfo pod : pods) {
      requested = requested.plus(pod.shape().requests());
    }
    return new NodeInfo(traits, pods.toArray(NO_PODS), nominated.toArray(NO_PODS), requested);
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

  Resources requested() {
    return requested;
  }

  int podCount() {
    return pods.length;
  }

  PodInfo pod(int index) {
    return pods[index];
  }

  /** Pods that wait for their victims to leave this node. */
  List<PodInfo> nominated() {
    return Arrays.asList(nominated);
  }

  Traits traits() {
    return traits;
  }

  /** This node with one pod more on it. */
  NodeInfo with(PodInfo pod) {
    PodInfo[] more = Arrays.copyOf(pods, pods.length + 1);
    more[pods.length] = pod;
    return new NodeInfo(traits, more, nominated, requested.plus(pod.shape().requests()));
  }

  /** This node without the pods, bound or nominated, that fulfil the condition. */
  NodeInfo without(Predicate<PodInfo> condition) {
    List<PodInfo> left = new ArrayList<>(pods.length);
    Resources requestedByLeft = requested;
    for (PodInfo pod : pods) {
      if (condition.test(pod)) {
        requestedByLeft = requestedByLeft.minus(pod.shape().requests());
      } else {
        left.add(pod);
      }
    }
    List<PodInfo> nominatedLeft = new ArrayList<>(Arrays.asList(nominated));
    nominatedLeft.removeIf(condition);
    return new NodeInfo(
        traits, left.toArray(NO_PODS), nominatedLeft.toArray(NO_PODS), requestedByLeft);
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
            spec.getTaints().stream().map(Taint::of).toList(),
            Resources.of(PodRequests.quantities(status.getAllocatable())),
            declaredFeatures(status));
      } catch (InvalidInputException invalid) {
        throw invalid.in("Node " + name);
      }
    }

    /** {@code status.declaredFeatures}, which the model has no getter for. */
    private static Set<String> declaredFeatures(NodeStatus status) {
      Set<String> features = new TreeSet<>();
      if (status.getAdditionalProperties().get("declaredFeatures") instanceof List<?> declared) {
        declared.forEach(feature -> features.add(String.valueOf(feature)));
      }
      return Set.copyOf(features);
    }
  }
}
