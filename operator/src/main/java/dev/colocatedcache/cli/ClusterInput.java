package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.ClusterModel;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.Snapshot;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cluster that someone gave to look at: from a file, from an API server, or in a line of a batch.
 * Objects are checked as they come: what no API server would store is refused by name.
 */
final class ClusterInput {
  /** As the API server limits them, in characters. */
  private static final int MAX_LABEL_VALUE = 63;

  private static final int MAX_LABEL_KEY = 253 + 1 + 63;

  private final ClusterModel model = new ClusterModel();
  private final Set<String> seen = new HashSet<>();
  private final List<LimitRange> limitRanges = new ArrayList<>();
  private final List<RuntimeClass> runtimeClasses = new ArrayList<>();
  private final List<PriorityClass> priorityClasses = new ArrayList<>();

  /**
   * Adds an object; a kind that placement does not depend on is left out.
   *
   * @throws BadInputException if there already is one of its name, or it could not be stored
   * @throws dev.colocatedcache.affinity.InvalidInputException if a quantity is invalid
   */
  void add(HasMetadata object) {
    if (object instanceof Node node) {
      check(object);
      model.putNode(node);
    } else if (object instanceof Pod pod) {
      check(object);
      model.putPod(pod);
    } else if (object instanceof Namespace namespace) {
      check(object);
      model.putNamespace(namespace);
    } else if (object instanceof LimitRange range) {
      limitRanges.add(range);
    } else if (object instanceof RuntimeClass runtimeClass) {
      runtimeClasses.add(runtimeClass);
    } else if (object instanceof PriorityClass priorityClass) {
      priorityClasses.add(priorityClass);
    }
  }

  /** The model, for a what-if: changes show in the next snapshot. */
  ClusterModel model() {
    return model;
  }

  /** The cluster as it is now. */
  Snapshot snapshot() {
    return model.snapshot();
  }

  /** What a pod created in that namespace would be changed by. */
  AdmissionContext admission(String namespace, KubernetesVersion version) {
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
    return metadata.getNamespace() == null || metadata.getNamespace().isEmpty()
        ? kind + " " + metadata.getName()
        : kind + " " + metadata.getNamespace() + "/" + metadata.getName();
  }
}
