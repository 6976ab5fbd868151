package dev.colocatedcache.devcluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * Nodes of the test's own in a cluster that is shared. Nodes are cluster-wide, so tests keep apart
 * by a convention: each of these nodes carries the label {@code
 * devcluster.colocatedcache.dev/test=<id>} and a taint of the same key and value with the effect
 * NoSchedule. Foreign pods therefore never land here, and a pod template that {@link #pin} went
 * over (a nodeSelector and a toleration) lands nowhere else.
 *
 * <p>The nodes are deleted after the test, with the pods that are still on them.
 */
public final class TestNodes implements AutoCloseable {
  /** Key of the label and of the taint. */
  public static final String KEY = "devcluster.colocatedcache.dev/test";

  private static final Pattern DOCUMENTS = Pattern.compile("(?m)^---.*$");

  private final Devcluster cluster;
  private final String id;
  private final KubernetesSerialization serialization = new KubernetesSerialization();
  private final List<String> names = new CopyOnWriteArrayList<>();

  TestNodes(Devcluster cluster, String id) {
    this.cluster = cluster;
    this.id = id;
  }

  /** The value of the label and of the taint, and the first part of the nodes' names. */
  public String id() {
    return id;
  }

  /** The names of the nodes that are there, in the order in which they came. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /**
   * Adds that many nodes of the usual size, and waits until they are Ready. Returns their names.
   */
  public List<String> add(int count) {
    return add(count, NodeSpec.named("any"));
  }

  /** Adds that many nodes like this one, under names of their own. */
  public List<String> add(int count, NodeSpec like) {
    List<String> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      added.add(add(like));
    }
    return Collections.unmodifiableList(added);
  }

  /** Adds a node like this one under a name of its own, which is returned. */
  public synchronized String add(NodeSpec like) {
    return addAs(names.size() + 1, like);
  }

  /** The same under the name of that number. */
  public String addAs(int number, NodeSpec like) {
    String name = name(number);
    names.add(name);
    cluster.addNode(like.withName(name).label(KEY, id).taint(KEY, id, "NoSchedule"));
    return name;
  }

  /** The name of the node of that number, whether it is there or not. */
  public String name(int number) {
    return id + "-" + number;
  }

  /** The nodeSelector that holds pods on these nodes. */
  public Map<String, String> nodeSelector() {
    return Map.of(KEY, id);
  }

  /** The toleration that lets pods on these nodes. */
  public Map<String, Object> toleration() {
    return Map.of("key", KEY, "operator", "Equal", "value", id, "effect", "NoSchedule");
  }

  /**
   * A copy of the resource whose pods go to these nodes alone: every pod template in it, wherever
   * it is, and a Pod itself, gets {@link #nodeSelector()} and {@link #toleration()} besides its
   * own.
   */
  public <T extends HasMetadata> T pin(T resource) {
    Map<String, Object> tree = mutable(serialization.convertValue(resource, Map.class));
    pinTree(tree);
    @SuppressWarnings("unchecked")
    Class<T> type = (Class<T>) resource.getClass();
    return serialization.convertValue(tree, type);
  }

  /** The same for the text of one or several YAML documents; returns YAML. */
  public String pin(String manifests) {
    StringBuilder pinned = new StringBuilder();
    for (String document : DOCUMENTS.splitAsStream(manifests).toList()) {
      if (document.isBlank()
          || document.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
        continue;
      }
      // The marker keeps a flow collection from being taken for JSON.
      Map<String, Object> tree = mutable(serialization.unmarshal("---\n" + document, Map.class));
      pinTree(tree);
      String yaml = serialization.asYaml(tree);
      pinned.append(yaml.startsWith("---") ? "" : "---\n").append(yaml);
    }
    return pinned.toString();
  }

  private void pinTree(Map<String, Object> tree) {
    if ("Pod".equals(tree.get("kind"))) {
      pinPodSpec(child(tree, "spec"));
    }
    pinTemplates(tree);
  }

  private void pinTemplates(Map<String, Object> tree) {
    for (Map.Entry<String, Object> field : tree.entrySet()) {
      if (!(field.getValue() instanceof Map)) {
        continue;
      }
      Map<String, Object> value = child(tree, field.getKey());
      if (field.getKey().equals("template")
          && value.get("spec") instanceof Map<?, ?> spec
          && spec.containsKey("containers")) {
        pinPodSpec(child(value, "spec"));
      } else {
        pinTemplates(value);
      }
    }
  }

  private void pinPodSpec(Map<String, Object> spec) {
    Map<String, Object> selector =
        spec.get("nodeSelector") instanceof Map<?, ?> own ? mutable(own) : new LinkedHashMap<>();
    selector.putAll(nodeSelector());
    spec.put("nodeSelector", selector);
    List<Object> tolerations =
        spec.get("tolerations") instanceof List<?> own ? new ArrayList<>(own) : new ArrayList<>();
    tolerations.add(toleration());
    spec.put("tolerations", tolerations);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> child(Map<String, Object> tree, String field) {
    return (Map<String, Object>) tree.get(field);
  }

  /** Copies nested maps, so that all of them can be changed. */
  private static Map<String, Object> mutable(Map<?, ?> tree) {
    Map<String, Object> copy = new LinkedHashMap<>();
    tree.forEach(
        (key, value) ->
            copy.put(
                String.valueOf(key), value instanceof Map<?, ?> nested ? mutable(nested) : value));
    return copy;
  }

  @Override
  public void close() {
    names.forEach(cluster::deleteNodeAndPods);
  }
}
