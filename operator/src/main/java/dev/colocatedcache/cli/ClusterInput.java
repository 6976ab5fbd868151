package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.ClusterModel;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.QuotaModel;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A cluster that someone gave to look at: from a file, from an API server, or in a line of a batch.
 * Objects are checked as they come: what no API server would store is refused by name. Not
 * thread-safe.
 */
final class ClusterInput {
  /** As the API server limits them, in characters. */
  private static final int MAX_LABEL_VALUE = 63;

  private static final int MAX_LABEL_KEY = 253 + 1 + 63;

  private final KubernetesVersion version;
  private final Predicate<String> keepsPodsOf;
  private final ClusterModel model;
  private final QuotaModel quotas = new QuotaModel();
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Node> nodes = new TreeMap<>();
  private final Map<String, List<Pod>> podsByNode = new HashMap<>();
  private final List<LimitRange> limitRanges = new ArrayList<>();
  private final List<RuntimeClass> runtimeClasses = new ArrayList<>();
  private final List<PriorityClass> priorityClasses = new ArrayList<>();
  private final List<ObjectNode> colocatedCaches = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** The first pod that was met of each node, to name one of those whose node is missing. */
  private final Map<String, String> podOn = new TreeMap<>();

  /**
   * An empty cluster of which no pod is kept whole.
   *
   * @param version of its scheduler
   */
  ClusterInput(KubernetesVersion version) {
    this(version, node -> false);
  }

  /**
   * An empty cluster.
   *
   * @param version of its scheduler
   * @param keepsPodsOf the names of those nodes whose pods are kept whole, for {@link #podsOf}
   */
  ClusterInput(KubernetesVersion version, Predicate<String> keepsPodsOf) {
    this.version = version;
    this.keepsPodsOf = keepsPodsOf;
    this.model = new ClusterModel(version);
  }

  /**
   * Adds an object; a kind that placement does not depend on is left out.
   *
   * @throws BadInputException if there already is one of its name, or it could not be stored
   * @throws dev.colocatedcache.affinity.InvalidInputException if a quantity is invalid
   */
  void add(HasMetadata object) {
    if (object instanceof Node node) {
      check(object);
      nodes.put(node.getMetadata().getName(), node);
      model.putNode(node);
    } else if (object instanceof Pod pod) {
      check(object);
      model.putPod(pod);
      charge(pod);
      keep(pod);
    } else if (object instanceof Namespace namespace) {
      check(object);
      model.putNamespace(namespace);
    } else if (object instanceof LimitRange range) {
      check(object);
      limitRanges.add(range);
    } else if (object instanceof ResourceQuota quota) {
      check(object);
      quotas.put(quota);
    } else if (object instanceof RuntimeClass runtimeClass) {
      check(object);
      runtimeClasses.add(runtimeClass);
    } else if (object instanceof PriorityClass priorityClass) {
      check(object);
      if (priorityClass.getValue() == null) {
        throw new BadInputException(name(object) + " has no value");
      }
      priorityClasses.add(priorityClass);
    }
  }

  /** Puts another node in the place of the one of that name. */
  void replace(Node node) {
    nodes.put(node.getMetadata().getName(), node);
    model.putNode(node);
  }

  /** Removes a node; its pods count no more. */
  void remove(String node) {
    nodes.remove(node);
    model.removeNode(node);
  }

  /** Removes a pod of a node whose pods are kept. */
  void remove(Pod pod) {
    String name = name(pod);
    podsByNode.get(pod.getSpec().getNodeName()).removeIf(kept -> name(kept).equals(name));
    model.removePod(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    quotas.removePod(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
  }

  /** Quotas count what a pair has already as its own; whose the other pods are is no matter. */
  private void charge(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    if (labels != null && labels.containsKey(Labels.ROLE) && !WhatIf.hasEnded(pod)) {
      quotas.put(pod);
    }
  }

  private void keep(Pod pod) {
    String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    if (node != null && !node.isEmpty()) {
      podOn.computeIfAbsent(node, n -> name(pod));
    }
    if (node != null && keepsPodsOf.test(node)) {
      podsByNode.computeIfAbsent(node, n -> new ArrayList<>()).add(pod);
    }
  }

  /** Adds a ColocatedCache as it was written or stored. */
  void addColocatedCache(ObjectNode resource) {
    colocatedCaches.add(resource);
  }

  /** The nodes that are not there, but have pods, each with one of them; in order. */
  Map<String, String> missingNodes() {
    Map<String, String> missing = new TreeMap<>(podOn);
    missing.keySet().removeAll(nodes.keySet());
    return missing;
  }

  /** Says something that who reads the answer should know. */
  void note(String sentence) {
    notes.add(sentence);
  }

  /** What who reads the answer should know, a sentence each. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** The version of Kubernetes whose scheduler is answered for. */
  KubernetesVersion version() {
    return version;
  }

  /** The model, for a what-if: changes show in the next snapshot. */
  ClusterModel model() {
    return model;
  }

  /** The ResourceQuotas, and what pods of pairs are charged for. */
  QuotaModel quotas() {
    return quotas;
  }

  /** The cluster as it is now. */
  Snapshot snapshot() {
    return model.snapshot();
  }

  /** The nodes as they were given, by name. */
  Map<String, Node> nodes() {
    return Collections.unmodifiableMap(nodes);
  }

  /** The pods on a node, as they were given, if it is one of those whose pods are kept. */
  List<Pod> podsOf(String node) {
    return Collections.unmodifiableList(podsByNode.getOrDefault(node, List.of()));
  }

  /** The ColocatedCaches, as they were given. */
  List<ObjectNode> colocatedCaches() {
    return Collections.unmodifiableList(colocatedCaches);
  }

  /** The ColocatedCache of that namespace and name, as it was given. */
  Optional<ObjectNode> colocatedCache(String namespace, String name) {
    return colocatedCaches.stream()
        .filter(
            resource ->
                resource.at("/metadata/name").asText().equals(name)
                    && resource.at("/metadata/namespace").asText().equals(namespace))
        .findFirst();
  }

  /** Whether there is any object of the kind, of those of which there may only be one of a name. */
  boolean hasAny(String kind) {
    return seen.stream().anyMatch(name -> name.startsWith(kind + " "));
  }

  /** What a pod created in that namespace would be changed by. */
  AdmissionContext admission(String namespace) {
    return new AdmissionContext(
        limitRanges.stream()
            .filter(range -> namespace.equals(range.getMetadata().getNamespace()))
            .toList(),
        runtimeClasses,
        priorityClasses,
        version);
  }

  private void check(HasMetadata object) {
    String name = name(object);
    if (!seen.add(name)) {
      throw new BadInputException(name + ": there are two of this name");
    }
    Map<String, String> labels = object.getMetadata().getLabels();
    if (labels != null) {
      labels.forEach((key, value) -> checkLabel(name, key, value));
    }
  }

  private static void checkLabel(String object, String key, String value) {
    if (key.length() > MAX_LABEL_KEY) {
      throw new BadInputException(
          object + ": a label key of " + key.length() + " characters: " + JsonInput.shown(key));
    }
    if (value != null && value.length() > MAX_LABEL_VALUE) {
      throw new BadInputException(
          object
              + ": the label "
              + key
              + " has a value of "
              + value.length()
              + " characters, at most "
              + MAX_LABEL_VALUE
              + " are allowed");
    }
  }

  /** An object's kind and name, for a message. */
  static String name(HasMetadata object) {
    String kind = HasMetadata.getKind(object.getClass());
    ObjectMeta metadata = object.getMetadata();
    if (metadata == null || metadata.getName() == null || metadata.getName().isEmpty()) {
      throw new BadInputException("a " + kind + " has no metadata.name");
    }
    return name(kind, metadata);
  }

  /** A kind and a name, as far as there is one. */
  static String name(String kind, ObjectMeta metadata) {
    String name = JsonInput.shown(metadata.getName());
    return metadata.getNamespace() == null || metadata.getNamespace().isEmpty()
        ? kind + " " + name
        : kind + " " + JsonInput.shown(metadata.getNamespace()) + "/" + name;
  }
}
