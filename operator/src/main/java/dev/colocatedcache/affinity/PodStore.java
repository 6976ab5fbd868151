package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Numbering.Numbered;
import dev.colocatedcache.affinity.PodInfo.Phase;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The pods of a cluster, with the numbers that filters know them by, in little memory. */
final class PodStore {

  private static final String DEFAULT_SCHEDULER = "default-scheduler";

  private final KubernetesVersion version;
  private final UnaryOperator<String> nodeNames;

  /** By namespace and name. */
  private final Map<String, Map<String, PodInfo>> pods = new HashMap<>();

  private final Numbering<PodShape> shapes = new Numbering<>(this::compacted);
  private final Numbering<String> namespaces = new Numbering<>(namespace -> namespace);
  private Map<String, Integer> namespaceIds = Map.of();
  private long namespaceIdsOf;

  private final Recent<String> strings = new Recent<>();
  private final Recent<Resources> requests = new Recent<>();
  private final Recent<List<AffinityTerm>> terms = new Recent<>();

  /**
   * No pods yet.
   *
   * @param nodeNames gives the string to keep for a node's name
   */
  PodStore(KubernetesVersion version, UnaryOperator<String> nodeNames) {
    this.version = version;
    this.nodeNames = nodeNames;
  }

  /** The pod of that name, or null. */
  PodInfo get(String namespace, String name) {
    return pods.getOrDefault(namespace, Map.of()).get(name);
  }

  /**
   * Adds or replaces a pod.
   *
   * @throws InvalidInputException if it cannot be read
   */
  PodInfo put(Pod pod) {
    String namespace = namespaceOf(pod);
    String name = pod.getMetadata().getName();
    PodInfo known = get(namespace, name);
    PodInfo info = read(pod, known);
    pods.computeIfAbsent(namespace, n -> new HashMap<>()).put(info.name(), info);
    if (known != null) {
      release(known);
    }
    return info;
  }

  /** Removes the pod of that name, and returns it if there was one. */
  PodInfo remove(String namespace, String name) {
    Map<String, PodInfo> inNamespace = pods.getOrDefault(namespace, Map.of());
    PodInfo known = inNamespace.get(name);
    if (known != null) {
      inNamespace.remove(name);
      if (inNamespace.isEmpty()) {
        pods.remove(namespace);
      }
      release(known);
    }
    return known;
  }

  private void release(PodInfo pod) {
    shapes.release(pod.shape());
    namespaces.release(pod.namespace());
  }

  /** More than the number of any shape. */
  int shapes() {
    return shapes.size();
  }

  /** The numbers of the namespaces that have pods. */
  Map<String, Integer> namespaceIds() {
    if (namespaceIdsOf != namespaces.generation()) {
      namespaceIds = namespaces.numbers();
      namespaceIdsOf = namespaces.generation();
    }
    return namespaceIds;
  }

  static String namespaceOf(Pod pod) {
    return Given.text(pod.getMetadata().getNamespace());
  }

  private PodInfo read(Pod pod, PodInfo known) {
    PodSpec spec = pod.getSpec() == null ? new PodSpec() : pod.getSpec();
    PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
    String name = pod.getMetadata().getName();
    try {
      boolean bound = Given.isSet(spec.getNodeName());
      boolean nominated = !bound && isNominated(spec, status);
      String node = bound ? spec.getNodeName() : nominated ? status.getNominatedNodeName() : null;
      boolean ready =
          Given.list(status.getConditions()).stream()
              .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
      PodShape shape = PodShape.of(pod.getMetadata(), spec, status, version);
      Numbered<PodShape> numbered = shapes.acquire(shape);
      return new PodInfo(
          known == null ? name : known.name(),
          numbered.value,
          numbered.number,
          namespaces.acquire(numbered.value.namespace()).number,
          node == null ? null : nodeNames.apply(node),
          phase(status.getPhase()),
          nominated,
          pod.getMetadata().getDeletionTimestamp() != null,
          ready);
    } catch (InvalidInputException invalid) {
      throw invalid.in("Pod " + namespaceOf(pod) + "/" + name);
    }
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

  private static Phase phase(String phase) {
    return switch (Given.text(phase)) {
      case "Running" -> Phase.RUNNING;
      case "Succeeded" -> Phase.SUCCEEDED;
      case "Failed" -> Phase.FAILED;
      case "Unknown" -> Phase.UNKNOWN;
      default -> Phase.PENDING;
    };
  }

  /** The same shape, with parts that other shapes have too in one instance. */
  private PodShape compacted(PodShape shape) {
    return new PodShape(
        strings.instanceOf(shape.namespace()),
        shape.labels().compacted(strings),
        requests.instanceOf(shape.requests()),
        shape.hostPorts(),
        terms.instanceOf(shape.antiAffinity()),
        shape.priority(),
        shape.replicaSet() == null ? null : strings.instanceOf(shape.replicaSet()),
        shape.deployment() == null ? null : strings.instanceOf(shape.deployment()));
  }
}
