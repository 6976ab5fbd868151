package dev.colocatedcache.devcluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A node as a test asks for it. Start from {@link #named(String)} and say what differs.
 *
 * @param name the node's name, which is also its hostname label
 * @param resources capacity and allocatable, by resource name
 * @param labels labels besides those that each node has
 * @param taints taints that it registers with
 * @param unschedulable whether it is cordoned from the start
 */
public record NodeSpec(
    String name,
    Map<String, String> resources,
    Map<String, String> labels,
    List<Taint> taints,
    boolean unschedulable) {

  /** Copies what it is given. */
  public NodeSpec {
    resources = Map.copyOf(resources);
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
  }

  /** A node of 4 CPUs, 16Gi of memory, 100Gi of ephemeral storage and 110 pods. */
  public static NodeSpec named(String name) {
    return new NodeSpec(
        name,
        Map.of("cpu", "4", "memory", "16Gi", "ephemeral-storage", "100Gi", "pods", "110"),
        Map.of(),
        List.of(),
        false);
  }

  /** The same with another name. */
  public NodeSpec withName(String name) {
    return new NodeSpec(name, resources, labels, taints, unschedulable);
  }

  /**
   * The same with that much of a resource: {@code cpu}, {@code memory}, {@code pods}, or an
   * extended one.
   */
  public NodeSpec with(String resource, String quantity) {
    Map<String, String> changed = new LinkedHashMap<>(resources);
    changed.put(resource, quantity);
    return new NodeSpec(name, changed, labels, taints, unschedulable);
  }

  /** The same with one more label. */
  public NodeSpec label(String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(labels);
    changed.put(key, value);
    return new NodeSpec(name, resources, changed, taints, unschedulable);
  }

  /** The same in a zone. */
  public NodeSpec inZone(String zone) {
    return label("topology.kubernetes.io/zone", zone);
  }

  /** The same with one more taint; the effect is NoSchedule, PreferNoSchedule or NoExecute. */
  public NodeSpec taint(String key, String value, String effect) {
    List<Taint> changed = new ArrayList<>(taints);
    changed.add(new TaintBuilder().withKey(key).withValue(value).withEffect(effect).build());
    return new NodeSpec(name, resources, labels, changed, unschedulable);
  }

  /** The same, cordoned. */
  public NodeSpec cordoned() {
    return new NodeSpec(name, resources, labels, taints, true);
  }

  Node toNode() {
    Map<String, String> allLabels = new LinkedHashMap<>();
    allLabels.put("kubernetes.io/hostname", name);
    allLabels.put("kubernetes.io/os", "linux");
    allLabels.put("kubernetes.io/arch", "amd64");
    allLabels.putAll(labels);
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    resources.forEach((resource, quantity) -> quantities.put(resource, new Quantity(quantity)));
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(allLabels)
        .endMetadata()
        .withNewSpec()
        .withTaints(taints)
        .withUnschedulable(unschedulable ? true : null)
        .endSpec()
        .withNewStatus()
        .withCapacity(quantities)
        .withAllocatable(quantities)
        .endStatus()
        .build();
  }
}
