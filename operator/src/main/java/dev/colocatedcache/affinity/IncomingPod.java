package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A pod that asks for a node: all that the filters look at, read once. Immutable. */
public final class IncomingPod {

  private static final String TEMPLATE_HASH = "pod-template-hash";

  private final String name;
  private final PodShape shape;
  private final String nodeName;
  private final List<Toleration> tolerations;
  private final RequiredNodeAffinity nodeAffinity;
  private final List<AffinityTerm> affinity;
  private final List<SpreadConstraint> spreadConstraints;
  private final Set<String> neededFeatures;
  private final List<String> unsupported;

  private IncomingPod(Pod pod) {
    ObjectMeta metadata = pod.getMetadata();
    PodSpec spec = pod.getSpec();
    String namespace = metadata.getNamespace();
    this.name = metadata.getName() == null ? "" : metadata.getName();
    this.shape =
        new PodShape(
            namespace,
            Labels.of(metadata.getLabels()),
            PodRequests.ofIncoming(spec),
            HostPort.of(spec),
            AffinityTerm.antiAffinity(spec.getAffinity(), namespace),
            spec.getPriority() == null ? 0 : spec.getPriority(),
            null,
            null);
    this.nodeName = spec.getNodeName() == null ? "" : spec.getNodeName();
    this.tolerations = spec.getTolerations().stream().map(Toleration::of).toList();
    this.nodeAffinity = RequiredNodeAffinity.of(spec);
    this.affinity = AffinityTerm.affinity(spec.getAffinity(), namespace);
    this.spreadConstraints = SpreadConstraint.of(spec, metadata.getLabels());
    this.neededFeatures = neededFeatures(spec);
    this.unsupported = Unsupported.in(spec);
  }

  /**
   * A pod as the API server has stored it: the scheduler gets it as it is.
   *
   * @throws InvalidInputException if a quantity or a selector is invalid
   */
  public static IncomingPod asStored(Pod pod) {
    if (pod.getMetadata() == null || pod.getSpec() == null) {
      throw new InvalidInputException("a Pod has no metadata or no spec");
    }
    try {
      return new IncomingPod(inNamespace(pod));
    } catch (InvalidInputException invalid) {
      throw invalid.in("Pod " + pod.getMetadata().getNamespace() + "/" + nameOf(pod));
    }
  }

  /**
   * A pod as someone writes it, after all that the API server does to it first.
   *
   * @throws InvalidInputException if a quantity or a selector is invalid, or a class that it names
   *     does not exist
   */
  public static IncomingPod admitted(Pod pod, AdmissionContext context) {
    if (pod.getMetadata() == null || pod.getSpec() == null) {
      throw new InvalidInputException("a Pod has no metadata or no spec");
    }
    Pod admitted;
    try {
      admitted = Admission.admit(inNamespace(pod), context);
    } catch (InvalidInputException invalid) {
      throw invalid.in("Pod " + pod.getMetadata().getNamespace() + "/" + nameOf(pod));
    }
    return asStored(admitted);
  }

  /**
   * A pod as a Deployment makes it from its template, after all that the API server does to it
   * first. A template hash that the template does not have yet is one that no pod has.
   *
   * @throws InvalidInputException as for a pod
   */
  public static IncomingPod admitted(
      PodTemplateSpec template, String namespace, AdmissionContext context) {
    ObjectMetaBuilder metadata =
        template.getMetadata() == null
            ? new ObjectMetaBuilder()
            : new ObjectMetaBuilder(template.getMetadata());
    Map<String, String> labels = metadata.getLabels();
    if (labels == null || !labels.containsKey(TEMPLATE_HASH)) {
      metadata.addToLabels(TEMPLATE_HASH, "not-yet-known");
    }
    return admitted(
        new PodBuilder()
            .withMetadata(metadata.withNamespace(namespace).build())
            .withSpec(template.getSpec())
            .build(),
        context);
  }

  private static Pod inNamespace(Pod pod) {
    String namespace = pod.getMetadata().getNamespace();
    return namespace != null && !namespace.isEmpty()
        ? pod
        : new PodBuilder(pod).editMetadata().withNamespace("default").endMetadata().build();
  }

  private static String nameOf(Pod pod) {
    ObjectMeta metadata = pod.getMetadata();
    return metadata.getName() != null ? metadata.getName() : metadata.getGenerateName();
  }

  /** The features of KEP-5328 that a kubelet must declare to run the pod. */
  private static Set<String> neededFeatures(PodSpec spec) {
    Set<String> features = new TreeSet<>();
    boolean restartsAll =
        Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream())
            .map(Container::getRestartPolicyRules)
            .flatMap(List::stream)
            .anyMatch(rule -> "RestartAllContainers".equals(rule.getAction()));
    if (restartsAll) {
      features.add("RestartAllContainersOnContainerExits");
    }
    if (Boolean.TRUE.equals(spec.getHostNetwork()) && Boolean.FALSE.equals(spec.getHostUsers())) {
      features.add("UserNamespacesHostNetworkSupport");
    }
    return Set.copyOf(features);
  }

  public String namespace() {
    return shape.namespace();
  }

  /** The pod's name; empty for one made from a template. */
  public String name() {
    return name;
  }

  /**
   * What of the pod is decided by more than the filters answered for here: a sentence each, none if
   * the verdicts are the whole answer.
   */
  public List<String> unsupported() {
    return unsupported;
  }

  PodShape shape() {
    return shape;
  }

  String nodeName() {
    return nodeName;
  }

  List<Toleration> tolerations() {
    return tolerations;
  }

  RequiredNodeAffinity nodeAffinity() {
    return nodeAffinity;
  }

  List<AffinityTerm> affinity() {
    return affinity;
  }

  List<SpreadConstraint> spreadConstraints() {
    return spreadConstraints;
  }

  Set<String> neededFeatures() {
    return neededFeatures;
  }

  /** This pod bound to a node. */
  PodInfo on(String node) {
    return new PodInfo(
        name, shape, PodInfo.NO_SHAPE_ID, node, PodInfo.Phase.PENDING, false, false, false);
  }

  /** What the filters of the default profile decide that this package does not. */
  private static final class Unsupported {

    private Unsupported() {}

    static List<String> in(PodSpec spec) {
      List<String> sentences = new ArrayList<>();
      spec.getVolumes().stream()
          .filter(v -> v.getPersistentVolumeClaim() != null || v.getEphemeral() != null)
          .forEach(
              v ->
                  sentences.add(
                      "The volume "
                          + v.getName()
                          + " is a persistent one: where it may be attached is not considered."));
      if (!spec.getResourceClaims().isEmpty()) {
        sentences.add("The pod has resource claims: which devices are free is not considered.");
      }
      if (!spec.getSchedulingGates().isEmpty()) {
        sentences.add("The pod has scheduling gates: it is judged as if they were open.");
      }
      String scheduler = spec.getSchedulerName();
      if (scheduler != null && !scheduler.isEmpty() && !scheduler.equals("default-scheduler")) {
        sentences.add(
            "The pod asks for the scheduler " + scheduler + ": it is judged by the default one.");
      }
      return List.copyOf(sentences);
    }
  }
}
