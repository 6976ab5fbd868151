package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeItem;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the API server makes of a pod before the scheduler sees it, as far as filters look at it:
 * defaults, the admission plugins LimitRanger, Priority, DefaultTolerationSeconds and RuntimeClass,
 * and the pod strategy.
 */
final class Admission {

  private static final long DEFAULT_TOLERATION_SECONDS = 300;
  private static final Map<String, Integer> SYSTEM_PRIORITIES =
      Map.of("system-cluster-critical", 2_000_000_000, "system-node-critical", 2_000_001_000);

  private final Pod pod;
  private final PodSpec spec;
  private final AdmissionContext context;

  private Admission(Pod pod, AdmissionContext context) {
    this.pod = pod;
    this.spec = pod.getSpec();
    this.context = context;
  }

  /**
   * The pod as it would be stored; the given one stays as it is.
   *
   * @throws InvalidInputException if the pod would be refused
   */
  static Pod admit(Pod pod, AdmissionContext context) {
    Pod copy = new PodBuilder(pod).build();
    Admission admission = new Admission(copy, context);
    admission.setDefaults();
    admission.limitRanger();
    admission.priority();
    admission.defaultTolerationSeconds();
    admission.runtimeClass();
    admission.matchLabelKeys();
    return copy;
  }

  private void setDefaults() {
    spec.getContainers().forEach(Admission::requestsFromLimits);
    spec.getInitContainers().forEach(Admission::requestsFromLimits);
    if (Boolean.TRUE.equals(spec.getHostNetwork())) {
      spec.getContainers().forEach(Admission::hostPorts);
      spec.getInitContainers().forEach(Admission::hostPorts);
    }
  }

  private static void requestsFromLimits(Container container) {
    ResourceRequirements resources = container.getResources();
    if (resources != null && resources.getLimits() != null) {
      resources.setRequests(merged(resources.getRequests(), resources.getLimits()));
    }
  }

  private static void hostPorts(Container container) {
    for (ContainerPort port : container.getPorts()) {
      if (port.getHostPort() == null || port.getHostPort() == 0) {
        port.setHostPort(port.getContainerPort());
      }
    }
  }

  private void limitRanger() {
    for (LimitRange range : context.limitRanges()) {
      for (LimitRangeItem item : range.getSpec().getLimits()) {
        if ("Container".equals(item.getType())) {
          spec.getContainers().forEach(container -> applyDefaults(container, item));
          spec.getInitContainers().forEach(container -> applyDefaults(container, item));
        }
      }
    }
  }

  private static void applyDefaults(Container container, LimitRangeItem item) {
    if (container.getResources() == null) {
      container.setResources(new ResourceRequirements());
    }
    ResourceRequirements resources = container.getResources();
    resources.setRequests(merged(resources.getRequests(), item.getDefaultRequest()));
    resources.setLimits(merged(resources.getLimits(), item.getDefault()));
  }

  /** The first map, and what only the second has. */
  private static Map<String, Quantity> merged(
      Map<String, Quantity> first, Map<String, Quantity> second) {
    Map<String, Quantity> merged = new LinkedHashMap<>();
    if (second != null) {
      merged.putAll(second);
    }
    if (first != null) {
      merged.putAll(first);
    }
    return merged;
  }

  private void priority() {
    String name = spec.getPriorityClassName();
    if (name == null || name.isEmpty()) {
      spec.setPriority(
          context.priorityClasses().stream()
              .filter(priorityClass -> Boolean.TRUE.equals(priorityClass.getGlobalDefault()))
              .mapToInt(PriorityClass::getValue)
              .min()
              .orElse(0));
      return;
    }
    for (PriorityClass priorityClass : context.priorityClasses()) {
      if (name.equals(priorityClass.getMetadata().getName())) {
        spec.setPriority(priorityClass.getValue());
        return;
      }
    }
    Integer system = SYSTEM_PRIORITIES.get(name);
    if (system == null) {
      throw new InvalidInputException("no PriorityClass with name " + name + " was found");
    }
    spec.setPriority(system);
  }

  private void defaultTolerationSeconds() {
    tolerateForAWhile("node.kubernetes.io/not-ready");
    tolerateForAWhile("node.kubernetes.io/unreachable");
  }

  private void tolerateForAWhile(String key) {
    boolean tolerated =
        spec.getTolerations().stream()
            .anyMatch(t -> isOneOf(t.getKey(), key) && isOneOf(t.getEffect(), "NoExecute"));
    if (!tolerated) {
      List<Toleration> tolerations = new ArrayList<>(spec.getTolerations());
      tolerations.add(new Toleration("NoExecute", key, "Exists", DEFAULT_TOLERATION_SECONDS, null));
      spec.setTolerations(tolerations);
    }
  }

  private static boolean isOneOf(String text, String expected) {
    return text == null || text.isEmpty() || text.equals(expected);
  }

  private void runtimeClass() {
    String name = spec.getRuntimeClassName();
    if (name == null || name.isEmpty()) {
      return;
    }
    RuntimeClass runtimeClass =
        context.runtimeClasses().stream()
            .filter(candidate -> name.equals(candidate.getMetadata().getName()))
            .findFirst()
            .orElseThrow(
                () -> new InvalidInputException("RuntimeClass \"" + name + "\" not found"));
    if (runtimeClass.getOverhead() != null) {
      spec.setOverhead(runtimeClass.getOverhead().getPodFixed());
    }
    if (runtimeClass.getScheduling() != null) {
      Map<String, String> nodeSelector = new LinkedHashMap<>();
      if (spec.getNodeSelector() != null) {
        nodeSelector.putAll(spec.getNodeSelector());
      }
      if (runtimeClass.getScheduling().getNodeSelector() != null) {
        nodeSelector.putAll(runtimeClass.getScheduling().getNodeSelector());
      }
      spec.setNodeSelector(nodeSelector);
      List<Toleration> tolerations = new ArrayList<>(spec.getTolerations());
      tolerations.addAll(runtimeClass.getScheduling().getTolerations());
      spec.setTolerations(tolerations);
    }
  }

  /**
   * {@code mutatePodAffinity}: the scheduler itself never reads these keys of a pod affinity term.
   */
  private void matchLabelKeys() {
    Affinity affinity = spec.getAffinity();
    if (affinity == null) {
      return;
    }
    if (affinity.getPodAffinity() != null) {
      affinity
          .getPodAffinity()
          .getRequiredDuringSchedulingIgnoredDuringExecution()
          .forEach(this::mergeLabelKeys);
    }
    if (affinity.getPodAntiAffinity() != null) {
      affinity
          .getPodAntiAffinity()
          .getRequiredDuringSchedulingIgnoredDuringExecution()
          .forEach(this::mergeLabelKeys);
    }
  }

  private void mergeLabelKeys(PodAffinityTerm term) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    if (term.getLabelSelector() == null || labels == null) {
      return;
    }
    List<LabelSelectorRequirement> expressions =
        new ArrayList<>(term.getLabelSelector().getMatchExpressions());
    for (String key : term.getMatchLabelKeys()) {
      if (labels.containsKey(key)) {
        expressions.add(new LabelSelectorRequirement(key, "In", List.of(labels.get(key))));
      }
    }
    for (String key : term.getMismatchLabelKeys()) {
      if (labels.containsKey(key)) {
        expressions.add(new LabelSelectorRequirement(key, "NotIn", List.of(labels.get(key))));
      }
    }
    term.getLabelSelector().setMatchExpressions(expressions);
  }
}
