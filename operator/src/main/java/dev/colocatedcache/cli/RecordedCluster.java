package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.ClusterModel;
import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.Snapshot;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A cluster as it was read for one question. Not thread-safe. */
final class RecordedCluster {
  /** {@code validation.LabelValueMaxLength} of apimachinery. */
  private static final int LABEL_VALUE_MAX_LENGTH = 63;

  private final KubernetesVersion version;
  private final Predicate<String> keepsPodsOf;
  private final ClusterModel model;
  private final TreeMap<String, Node> nodes = new TreeMap<>();
  private final Map<String, List<Pod>> podsByNode = new TreeMap<>();
  private final Set<String> podNames = new HashSet<>();
  private final Set<String> namespaces = new HashSet<>();
  private final List<HasMetadata> others = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * An empty cluster.
   *
   * @param version whose scheduler is to be answered for
   * @param keepsPodsOf the names of nodes whose pods are kept whole, for {@link #podsOf}
   */
  RecordedCluster(KubernetesVersion version, Predicate<String> keepsPodsOf) {
    this.version = version;
    this.model = new ClusterModel(version);
    this.keepsPodsOf = keepsPodsOf;
  }

  /**
   * Adds an object. A pod on a node that is not there counts nowhere, as in the scheduler.
   *
   * @throws InvalidInputException if there is one of its name already, or if it is not what an API
   *     server would have stored
   */
  void add(HasMetadata object) {
    requireName(object);
    if (object instanceof Node node) {
      addNode(node);
    } else if (object instanceof Pod pod) {
      addPod(pod);
    } else if (object instanceof Namespace namespace) {
      requireValidLabels(namespace);
      requireNew(namespaces.add(namespace.getMetadata().getName()), namespace);
      model.putNamespace(namespace);
    } else {
      others.add(object);
    }
  }

  private void addNode(Node node) {
    requireValidLabels(node);
    requireNew(nodes.putIfAbsent(node.getMetadata().getName(), node) == null, node);
    model.putNode(node);
  }

  private void addPod(Pod pod) {
    requireValidLabels(pod);
    requireNew(podNames.add(key(pod)), pod);
    model.putPod(pod);
    String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    if (node != null && keepsPodsOf.test(node)) {
      podsByNode.computeIfAbsent(node, n -> new ArrayList<>()).add(pod);
    }
  }

  /** Says something about the cluster that who reads the answer should know. */
  void note(String sentence) {
    notes.add(sentence);
  }

  /** What who reads the answer should know, a sentence each. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** The cluster as the filters see it. */
  Snapshot snapshot() {
    return model.snapshot();
  }

  /** What the API server looks at when it admits a pod to {@code namespace}. */
  AdmissionContext admission(String namespace) {
    return new AdmissionContext(
        all(LimitRange.class).stream()
            .filter(range -> namespace.equals(range.getMetadata().getNamespace()))
            .toList(),
        all(RuntimeClass.class),
        all(PriorityClass.class),
        version);
  }

  /** The version of Kubernetes whose scheduler is answered for. */
  KubernetesVersion version() {
    return version;
  }

  /** The nodes by name, without what no filter looks at. */
  Map<String, Node> nodes() {
    return nodes;
  }

  /** The pods bound to a node of those whose pods are kept. */
  List<Pod> podsOf(String node) {
    return podsByNode.getOrDefault(node, List.of());
  }

  boolean hasPods() {
    return !podNames.isEmpty();
  }

  boolean hasNamespaces() {
    return !namespaces.isEmpty();
  }

  private <T extends HasMetadata> List<T> all(Class<T> type) {
    return others.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static void requireName(HasMetadata object) {
    if (object.getMetadata() == null || object.getMetadata().getName() == null) {
      throw new InvalidInputException("a " + object.getKind() + " has no metadata.name");
    }
  }

  private static void requireNew(boolean isNew, HasMetadata object) {
    if (!isNew) {
      throw new InvalidInputException(describe(object) + " is there twice");
    }
  }

  private static void requireValidLabels(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    if (labels == null) {
      return;
    }
    labels.forEach(
        (key, value) -> {
          if (value != null && value.length() > LABEL_VALUE_MAX_LENGTH) {
            throw new InvalidInputException(
                "%s: the value of the label %s has %d characters, more than the %d that Kubernetes allows"
                    .formatted(describe(object), key, value.length(), LABEL_VALUE_MAX_LENGTH));
          }
        });
  }

  private static String key(Pod pod) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }

  private static String describe(HasMetadata object) {
    String namespace = object.getMetadata().getNamespace();
    return object.getKind()
        + " "
        + (namespace == null ? "" : namespace + "/")
        + object.getMetadata().getName();
  }
}
