package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.LabelSelector;
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
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.node.v1.Scheduling;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What the API server makes of a pod before the scheduler sees it, as far as filters look at it:
 * defaults, the admission plugins LimitRanger, Priority, DefaultTolerationSeconds and RuntimeClass,
 * and the pod strategy.
 */
public final class Admission {

  private static final long DEFAULT_TOLERATION_SECONDS = 300;
  private static final String PREEMPT_LOWER_PRIORITY = "PreemptLowerPriority";
  private static final String HUGE_PAGES = "hugepages-";
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
   * The pod as the scheduler reads it; the given one stays as it is.
   *
   * @throws InvalidInputException if the pod would be refused
   */
  public static Pod admit(Pod pod, AdmissionContext context) {
    Pod copy = new PodBuilder(pod).build();
    Admission admission = new Admission(copy, context);
    admission.setDefaults();
    admission.limitRanger();
    admission.priority();
    admission.defaultTolerationSeconds();
    admission.runtimeClass();
    admission.matchLabelKeys();
    // What is read back from storage gets its defaults a second time.
    admission.setDefaults();
    return copy;
  }

  /** {@code SetDefaults_Pod}, then {@code SetDefaults_ResourceList} of every list of resources. */
  private void setDefaults() {
    if (!Given.isSet(pod.getMetadata().getNamespace())) {
      pod.getMetadata().setNamespace("default");
    }
    containers().forEach(container -> defaultRequestsToLimits(resourcesOf(container)));
    if (spec.getResources() != null) {
      defaultPodLevelHugePages(spec.getResources());
      defaultPodLevelRequests(spec.getResources());
    }
    if (Boolean.TRUE.equals(spec.getHostNetwork())) {
      containers()
          .flatMap(container -> Given.list(container.getPorts()).stream())
          .forEach(Admission::defaultHostPort);
    }
    containers().forEach(container -> roundUp(resourcesOf(container)));
    if (spec.getResources() != null) {
      roundUp(spec.getResources());
    }
    spec.setOverhead(roundedUp(spec.getOverhead()));
  }

  private Stream<Container> containers() {
    return Stream.concat(
        Given.list(spec.getContainers()).stream(), Given.list(spec.getInitContainers()).stream());
  }

  private static ResourceRequirements resourcesOf(Container container) {
    if (container.getResources() == null) {
      container.setResources(new ResourceRequirements());
    }
    return container.getResources();
  }

  private static void defaultRequestsToLimits(ResourceRequirements resources) {
    resources.setRequests(merged(resources.getRequests(), resources.getLimits()));
  }

  /**
   * {@code defaultHugePagePodLimits}: where the pod has resources of its own, the containers'
   * limits of huge pages.
   */
  private void defaultPodLevelHugePages(ResourceRequirements podLevel) {
    Map<String, Quantity> requests = Given.map(podLevel.getRequests());
    if (requests.isEmpty() && Given.map(podLevel.getLimits()).isEmpty()) {
      return;
    }
    Map<String, Quantity> defaults = new LinkedHashMap<>();
    PodRequests.ofContainers(spec, ResourceRequirements::getLimits)
        .forEach(
            (name, limit) -> {
              if (name.startsWith(HUGE_PAGES) && !requests.containsKey(name)) {
                defaults.put(name, limit.toModel());
              }
            });
    podLevel.setLimits(merged(podLevel.getLimits(), defaults));
  }

  /**
   * {@code defaultPodRequests}: where the pod has limits of its own, the containers' requests, or
   * else those limits.
   */
  private void defaultPodLevelRequests(ResourceRequirements podLevel) {
    if (Given.map(podLevel.getLimits()).isEmpty()) {
      return;
    }
    Map<String, Quantity> defaults = new LinkedHashMap<>();
    podLevel
        .getLimits()
        .forEach(
            (name, limit) -> {
              if (PodRequests.isPodLevel(name)) {
                defaults.put(name, limit);
              }
            });
    PodRequests.ofContainers(spec, ResourceRequirements::getRequests)
        .forEach(
            (name, request) -> {
              if (PodRequests.isPodLevel(name) && !name.startsWith(HUGE_PAGES)) {
                defaults.put(name, request.toModel());
              }
            });
    podLevel.setRequests(merged(podLevel.getRequests(), defaults));
  }

  private static void defaultHostPort(ContainerPort port) {
    if (port.getHostPort() == null || port.getHostPort() == 0) {
      port.setHostPort(port.getContainerPort());
    }
  }

  private static void roundUp(ResourceRequirements resources) {
    resources.setRequests(roundedUp(resources.getRequests()));
    resources.setLimits(roundedUp(resources.getLimits()));
  }

  private static Map<String, Quantity> roundedUp(Map<String, Quantity> list) {
    Map<String, Quantity> rounded = new LinkedHashMap<>();
    PodRequests.quantities(list)
        .forEach((name, quantity) -> rounded.put(name, quantity.roundedUpToMilli().toModel()));
    return rounded;
  }

  /** The first list, and what only the second has. */
  private static Map<String, Quantity> merged(
      Map<String, Quantity> first, Map<String, Quantity> second) {
    Map<String, Quantity> merged = new LinkedHashMap<>(Given.map(second));
    merged.putAll(Given.map(first));
    return merged;
  }

  private void limitRanger() {
    for (LimitRange range : context.limitRanges()) {
      Map<String, Quantity> requests = new LinkedHashMap<>();
      Map<String, Quantity> limits = new LinkedHashMap<>();
      List<LimitRangeItem> items =
          range.getSpec() == null ? List.of() : Given.list(range.getSpec().getLimits());
      for (LimitRangeItem item : items) {
        if ("Container".equals(item.getType())) {
          requests.putAll(Given.map(item.getDefaultRequest()));
          limits.putAll(Given.map(item.getDefault()));
        }
      }
      containers()
          .map(Admission::resourcesOf)
          .forEach(
              resources -> {
                resources.setRequests(merged(resources.getRequests(), requests));
                resources.setLimits(merged(resources.getLimits(), limits));
              });
    }
  }

  private void priority() {
    PriorityClass its = priorityClass();
    int priority = its == null ? 0 : its.getValue();
    if (spec.getPriority() != null && spec.getPriority() != priority) {
      throw new InvalidInputException(
          "spec.priority is %d, but its priority class gives %d: remove spec.priority"
              .formatted(spec.getPriority(), priority));
    }
    spec.setPriority(priority);
    String policy =
        its == null || its.getPreemptionPolicy() == null
            ? PREEMPT_LOWER_PRIORITY
            : its.getPreemptionPolicy();
    if (Given.isSet(spec.getPreemptionPolicy()) && !spec.getPreemptionPolicy().equals(policy)) {
      throw new InvalidInputException(
          "spec.preemptionPolicy is %s, but its priority class gives %s: remove spec.preemptionPolicy"
              .formatted(spec.getPreemptionPolicy(), policy));
    }
    spec.setPreemptionPolicy(policy);
    if (its != null) {
      spec.setPriorityClassName(its.getMetadata().getName());
    }
  }

  /** The class that it names, or the lowest of those for pods that name none; null without any. */
  private PriorityClass priorityClass() {
    String name = spec.getPriorityClassName();
    if (!Given.isSet(name)) {
      return context.priorityClasses().stream()
          .filter(candidate -> Boolean.TRUE.equals(candidate.getGlobalDefault()))
          .min(Comparator.comparing(PriorityClass::getValue))
          .orElse(null);
    }
    for (PriorityClass candidate : context.priorityClasses()) {
      if (name.equals(candidate.getMetadata().getName())) {
        return candidate;
      }
    }
    if (!SYSTEM_PRIORITIES.containsKey(name)) {
      throw new InvalidInputException(
          "spec.priorityClassName: there is no PriorityClass "
              + name
              + ": create it, or name another");
    }
    return new PriorityClassBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withValue(SYSTEM_PRIORITIES.get(name))
        .build();
  }

  private void defaultTolerationSeconds() {
    tolerateForAWhile("node.kubernetes.io/not-ready");
    tolerateForAWhile("node.kubernetes.io/unreachable");
  }

  private void tolerateForAWhile(String key) {
    boolean decided =
        Given.list(spec.getTolerations()).stream()
            .anyMatch(
                toleration ->
                    isAnyOr(key, toleration.getKey())
                        && isAnyOr("NoExecute", toleration.getEffect()));
    if (!decided) {
      addTolerations(
          List.of(new Toleration("NoExecute", key, "Exists", DEFAULT_TOLERATION_SECONDS, null)));
    }
  }

  private static boolean isAnyOr(String expected, String actual) {
    return !Given.isSet(actual) || actual.equals(expected);
  }

  private void addTolerations(List<Toleration> more) {
    List<Toleration> tolerations = new ArrayList<>(Given.list(spec.getTolerations()));
    tolerations.addAll(more);
    spec.setTolerations(tolerations);
  }

  private void runtimeClass() {
    String name = spec.getRuntimeClassName();
    if (!Given.isSet(name)) {
      return;
    }
    RuntimeClass runtimeClass =
        context.runtimeClasses().stream()
            .filter(candidate -> name.equals(candidate.getMetadata().getName()))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "spec.runtimeClassName: there is no RuntimeClass "
                            + name
                            + ": create it, or name another"));
    if (runtimeClass.getOverhead() != null) {
      spec.setOverhead(runtimeClass.getOverhead().getPodFixed());
    }
    Scheduling scheduling = runtimeClass.getScheduling();
    if (scheduling != null) {
      addToNodeSelector(Given.map(scheduling.getNodeSelector()), name);
      addTolerations(Given.list(scheduling.getTolerations()));
    }
  }

  private void addToNodeSelector(Map<String, String> more, String runtimeClass) {
    Map<String, String> nodeSelector = new LinkedHashMap<>(Given.map(spec.getNodeSelector()));
    more.forEach(
        (key, value) -> {
          String own = nodeSelector.putIfAbsent(key, value);
          if (own != null && !own.equals(value)) {
            throw new InvalidInputException(
                "spec.nodeSelector has %s=%s, but RuntimeClass %s demands %s=%s"
                    .formatted(key, own, runtimeClass, key, value));
          }
        });
    spec.setNodeSelector(nodeSelector);
  }

  /**
   * {@code mutatePodAffinity} and {@code mutateTopologySpreadConstraints}. The scheduler itself
   * never reads these keys of a pod affinity term; those of a spread constraint it merges a second
   * time.
   */
  private void matchLabelKeys() {
    Affinity affinity = spec.getAffinity();
    if (affinity != null && affinity.getPodAffinity() != null) {
      mergeLabelKeys(
          affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
          affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
    }
    if (affinity != null && affinity.getPodAntiAffinity() != null) {
      mergeLabelKeys(
          affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
          affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
    }
    Given.list(spec.getTopologySpreadConstraints())
        .forEach(
            constraint ->
                mergeLabelKeys(
                    constraint.getLabelSelector(), constraint.getMatchLabelKeys(), List.of()));
  }

  private void mergeLabelKeys(
      List<PodAffinityTerm> required, List<WeightedPodAffinityTerm> preferred) {
    Stream.concat(
            Given.list(required).stream(),
            Given.list(preferred).stream()
                .map(WeightedPodAffinityTerm::getPodAffinityTerm)
                .filter(Objects::nonNull))
        .forEach(
            term ->
                mergeLabelKeys(
                    term.getLabelSelector(),
                    term.getMatchLabelKeys(),
                    term.getMismatchLabelKeys()));
  }

  private void mergeLabelKeys(
      LabelSelector selector, List<String> matchLabelKeys, List<String> mismatchLabelKeys) {
    if (selector != null) {
      List<LabelSelectorRequirement> expressions =
          new ArrayList<>(Given.list(selector.getMatchExpressions()));
      expressions.addAll(onOwnLabels(matchLabelKeys, "In"));
      expressions.addAll(onOwnLabels(mismatchLabelKeys, "NotIn"));
      selector.setMatchExpressions(expressions);
    }
  }

  /** Keys that the pod does not have are skipped. */
  private List<LabelSelectorRequirement> onOwnLabels(List<String> keys, String operator) {
    Map<String, String> labels = Given.map(pod.getMetadata().getLabels());
    return Given.list(keys).stream()
        .filter(labels::containsKey)
        .map(
            key ->
                new LabelSelectorRequirement(key, operator, List.of(Given.text(labels.get(key)))))
        .toList();
  }
}
