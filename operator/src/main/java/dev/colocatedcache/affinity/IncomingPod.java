package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
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
  private final Pod pod;

  private IncomingPod(Pod pod) {
    ObjectMeta metadata = pod.getMetadata();
    PodSpec spec = pod.getSpec();
    String namespace = Given.text(metadata.getNamespace());
    this.name = Given.text(metadata.getName());
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
    this.nodeName = Given.text(spec.getNodeName());
    this.tolerations = Given.list(spec.getTolerations()).stream().map(Toleration::of).toList();
    this.nodeAffinity = RequiredNodeAffinity.of(spec);
    this.affinity = AffinityTerm.affinity(spec.getAffinity(), namespace);
    AffinityTerm.checkPreferred(spec.getAffinity(), namespace);
    this.spreadConstraints = SpreadConstraint.of(spec, Given.map(metadata.getLabels()));
    this.neededFeatures = neededFeatures(spec);
    this.unsupported = Unsupported.in(spec);
    this.pod = pod;
  }

  /**
   * A pod as the API server has stored it: the scheduler gets it as it is.
   *
   * @throws InvalidInputException if a quantity or a selector is invalid
   */
  public static IncomingPod asStored(Pod pod) {
    return read(pod, UnaryOperator.identity());
  }

  /**
   * A pod as someone writes it, after all that the API server does to it first.
   *
   * @throws InvalidInputException if a quantity or a selector is invalid, or a class that it names
   *     does not exist
   */
  public static IncomingPod admitted(Pod pod, AdmissionContext context) {
    return read(pod, written -> Admission.admit(written, context));
  }

  /**
   * A pod as a Deployment makes it from its template, after all that the API server does to it
   * first. A template hash that the template does not have yet is one that no pod has.
   *
   * @throws InvalidInputException as for a pod, with paths from the template on
   */
  public static IncomingPod admitted(
      PodTemplateSpec template, String namespace, AdmissionContext context) {
    if (template.getSpec() == null) {
      throw new InvalidInputException("spec is missing");
    }
    ObjectMetaBuilder metadata =
        template.getMetadata() == null
            ? new ObjectMetaBuilder()
            : new ObjectMetaBuilder(template.getMetadata());
    if (!Given.map(metadata.getLabels()).containsKey(TEMPLATE_HASH)) {
      metadata.addToLabels(TEMPLATE_HASH, "not-yet-known");
    }
    Pod pod =
        new PodBuilder()
            .withMetadata(metadata.withNamespace(namespace).build())
            .withSpec(template.getSpec())
            .build();
    IncomingPod incoming = new IncomingPod(Admission.admit(pod, context));
    refuseNegative("spec.containers", template.getSpec().getContainers());
    refuseNegative("spec.initContainers", template.getSpec().getInitContainers());
    return incoming;
  }

  /** What a Deployment's template may have, but no pod that is made from it. */
  private static void refuseNegative(String field, List<Container> containers) {
    for (int i = 0; i < Given.list(containers).size(); i++) {
      ResourceRequirements resources = containers.get(i).getResources();
      if (resources != null) {
        String of = field + "[" + i + "].resources.";
        refuseNegative(of + "requests.", Given.map(resources.getRequests()));
        refuseNegative(of + "limits.", Given.map(resources.getLimits()));
      }
    }
  }

  private static void refuseNegative(String field, Map<String, Quantity> quantities) {
    quantities.forEach(
        (name, quantity) -> {
          if (quantity != null && quantity.getNumericalAmount().signum() < 0) {
            throw new InvalidInputException(field + name + ": " + quantity + " is less than 0");
          }
        });
  }

  private static IncomingPod read(Pod pod, UnaryOperator<Pod> admission) {
    if (pod.getMetadata() == null || pod.getSpec() == null) {
      throw new InvalidInputException("a Pod has no metadata or no spec");
    }
    try {
      return new IncomingPod(admission.apply(pod));
    } catch (InvalidInputException invalid) {
      throw invalid.in("Pod " + Given.text(pod.getMetadata().getNamespace()) + "/" + nameOf(pod));
    }
  }

  private static String nameOf(Pod pod) {
    ObjectMeta metadata = pod.getMetadata();
    return Given.isSet(metadata.getName())
        ? metadata.getName()
        : Given.text(metadata.getGenerateName()) + "…";
  }

  /** The features of KEP-5328 that a kubelet must declare to run the pod. */
  private static Set<String> neededFeatures(PodSpec spec) {
    Set<String> features = new TreeSet<>();
    boolean restartsAll =
        Stream.of(spec.getContainers(), spec.getInitContainers())
            .flatMap(containers -> Given.list(containers).stream())
            .flatMap(container -> Given.list(container.getRestartPolicyRules()).stream())
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

  /** The pod's priority; 0 if none was admitted. */
  public int priority() {
    return shape.priority();
  }

  /** Whether pods of lower priority make room for it. */
  public boolean mayPreempt() {
    return !"Never".equals(pod.getSpec().getPreemptionPolicy());
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

  /**
   * What ResourceQuotas charge for the pod.
   *
   * @throws InvalidInputException if a limit is invalid
   */
  public QuotaCharge quotaCharge() {
    return QuotaCharge.of(pod);
  }

  /** The pod's spec after all that the API server does to it. */
  public PodSpec spec() {
    return pod.getSpec();
  }

  /** What the pod asks for, by resource. */
  public Map<String, Quantity> requests() {
    return shape.requests().quantities();
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
}
