package dev.colocatedcache.workload;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What asks a node autoscaler for room for pairs: a CapacityBuffer, and the PodTemplate that it
 * refers to. No pod is ever made of that template; autoscalers only think of such pods, one for
 * each pair that is missing. So it is as large as both halves together, goes where both may go, and
 * carries the anchor's labels: as an anchor does, it keeps away from anchors and from its own kind,
 * or it would fit nodes that hold a pair already.
 *
 * @see <a
 *     href="https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/proposals/buffers.md">Buffers</a>
 */
public final class NodeBuffer {
  /** The API of buffers. */
  public static final String API_VERSION = "autoscaling.x-k8s.io/v1beta1";

  /** The kind of buffers. */
  public static final String KIND = "CapacityBuffer";

  /** The value of {@link Labels#ROLE} of both objects, which belong to neither half. */
  private static final String PAIR = "pair";

  private static final String DO_NOT_SCHEDULE = "DoNotSchedule";

  private final Workload workload;
  private final Half anchor;
  private final Half follower;
  private final int pairs;

  /**
   * A half of a pair as the API server admits it.
   *
   * @param spec of its pods
   * @param requests what one takes on a node, containers, init containers and overhead together
   */
  public record Half(PodSpec spec, Map<String, Quantity> requests) {
    /** Copies what it is given. */
    public Half {
      requests = Map.copyOf(requests);
    }
  }

  /**
   * The buffer of {@code workload}.
   *
   * @param anchor of a pair
   * @param follower of a pair
   * @param pairs for which there is to be room, at least 1
   */
  public NodeBuffer(Workload workload, Half anchor, Half follower, int pairs) {
    this.workload = workload;
    this.anchor = anchor;
    this.follower = follower;
    this.pairs = pairs;
  }

  /** The name of both objects of the ColocatedCache of that name. */
  public static String name(String owner) {
    return owner + "-" + PAIR;
  }

  /** For how many pairs there is to be room. */
  public int pairs() {
    return pairs;
  }

  /** The buffer, as it is applied. */
  public GenericKubernetesResource buffer() {
    GenericKubernetesResource buffer = new GenericKubernetesResource();
    buffer.setApiVersion(API_VERSION);
    buffer.setKind(KIND);
    ObjectMeta metadata = metadata();
    buffer.setMetadata(metadata);
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("podTemplateRef", Map.of("name", metadata.getName()));
    spec.put("replicas", pairs);
    buffer.setAdditionalProperty("spec", spec);
    return buffer;
  }

  /** The template of the pods that are thought of, as it is applied. */
  public PodTemplate podTemplate() {
    return new PodTemplateBuilder()
        .withMetadata(metadata())
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(workload.anchor().template().getMetadata().getLabels())
        .endMetadata()
        .withSpec(spec())
        .endTemplate()
        .build();
  }

  private PodSpec spec() {
    Map<String, String> selector = new TreeMap<>(orEmpty(anchor.spec().getNodeSelector()));
    Map<String, String> contradicting = new TreeMap<>();
    orEmpty(follower.spec().getNodeSelector())
        .forEach(
            (key, value) -> {
              if (!Objects.equals(
                  value, Objects.requireNonNullElse(selector.putIfAbsent(key, value), value))) {
                contradicting.put(key, value);
              }
            });
    PodSpecBuilder pod =
        new PodSpecBuilder()
            .withContainers(
                container(workload.anchor(), anchor), container(workload.follower(), follower))
            .withTerminationGracePeriodSeconds(0L)
            .withNodeSelector(selector.isEmpty() ? null : selector)
            .withTolerations(tolerations())
            .withTopologySpreadConstraints(
                anchor.spec().getTopologySpreadConstraints().stream()
                    .filter(spread -> DO_NOT_SCHEDULE.equals(spread.getWhenUnsatisfiable()))
                    .map(NodeBuffer::withoutTemplateHash)
                    .toList());
    return pod.withNewAffinity()
        .withNewPodAntiAffinity()
        .withRequiredDuringSchedulingIgnoredDuringExecution(
            Stream.of(anchor, follower)
                .flatMap(half -> antiAffinity(half.spec().getAffinity()))
                .map(NodeBuffer::withoutTemplateHash)
                .distinct()
                .toList())
        .endPodAntiAffinity()
        .withNewPodAffinity()
        .withRequiredDuringSchedulingIgnoredDuringExecution(
            Stream.of(anchor, follower)
                .flatMap(half -> affinity(half.spec().getAffinity()))
                .filter(term -> !isOfThePair(term))
                .distinct()
                .toList())
        .endPodAffinity()
        .withNewNodeAffinity()
        .withRequiredDuringSchedulingIgnoredDuringExecution(
            both(nodes(anchor), nodes(follower), contradicting))
        .endNodeAffinity()
        .endAffinity()
        .build();
  }

  /** The halves need each other on the node; here both are one. */
  private boolean isOfThePair(PodAffinityTerm term) {
    Map<String, String> labels =
        term.getLabelSelector() == null ? null : term.getLabelSelector().getMatchLabels();
    return labels != null
        && !labels.isEmpty()
        && Stream.of(workload.anchor(), workload.follower())
            .map(half -> half.template().getMetadata().getLabels())
            .anyMatch(own -> own.entrySet().containsAll(labels.entrySet()));
  }

  private static Container container(RoleModel model, Half half) {
    Map<String, Quantity> requests = new TreeMap<>(half.requests());
    Map<String, Quantity> limits = new TreeMap<>(requests);
    // Of these the API server wants limits too, and the same.
    limits.keySet().removeIf(name -> !name.contains("/") && !name.startsWith("hugepages-"));
    return new ContainerBuilder()
        .withName(model.role().value())
        .withImage(half.spec().getContainers().get(0).getImage())
        .withPorts(hostPorts(half.spec()))
        .withNewResources()
        .withRequests(requests)
        .withLimits(limits.isEmpty() ? null : limits)
        .endResources()
        .build();
  }

  private static List<ContainerPort> hostPorts(PodSpec spec) {
    return spec.getContainers().stream()
        .flatMap(container -> container.getPorts().stream())
        .filter(port -> port.getHostPort() != null && port.getHostPort() > 0)
        .map(
            port ->
                new ContainerPort(
                    port.getContainerPort(),
                    port.getHostIP(),
                    port.getHostPort(),
                    null,
                    port.getProtocol()))
        .toList();
  }

  /** A pair goes where both halves may go: what only one of them tolerates keeps it away. */
  private List<Toleration> tolerations() {
    List<Toleration> ofAnchor = anchor.spec().getTolerations();
    List<Toleration> ofFollower = follower.spec().getTolerations();
    return Stream.concat(
            ofAnchor.stream().filter(one -> ofFollower.stream().anyMatch(all -> covers(all, one))),
            ofFollower.stream().filter(one -> ofAnchor.stream().anyMatch(all -> covers(all, one))))
        .map(
            one ->
                new Toleration(
                    one.getEffect(), one.getKey(), one.getOperator(), null, one.getValue()))
        .distinct()
        .toList();
  }

  /** Whether whatever taint {@code one} tolerates, {@code all} does too. */
  private static boolean covers(Toleration all, Toleration one) {
    boolean effect = isEmpty(all.getEffect()) || all.getEffect().equals(one.getEffect());
    boolean key = isEmpty(all.getKey()) || all.getKey().equals(one.getKey());
    boolean value =
        "Exists".equals(all.getOperator())
            || (!"Exists".equals(one.getOperator())
                && Objects.equals(orNone(all.getValue()), orNone(one.getValue())));
    return effect && key && value;
  }

  private static NodeSelector nodes(Half half) {
    Affinity affinity = half.spec().getAffinity();
    return affinity == null || affinity.getNodeAffinity() == null
        ? null
        : affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
  }

  /** Terms are alternatives, so that both are fulfilled where one of each is. */
  private static NodeSelector both(
      NodeSelector one, NodeSelector other, Map<String, String> labels) {
    List<NodeSelectorRequirement> besides =
        labels.entrySet().stream()
            .map(
                label ->
                    new NodeSelectorRequirementBuilder()
                        .withKey(label.getKey())
                        .withOperator("In")
                        .withValues(label.getValue())
                        .build())
            .toList();
    if (one == null && other == null && besides.isEmpty()) {
      return null;
    }
    List<NodeSelectorTerm> terms = new ArrayList<>();
    for (NodeSelectorTerm first : terms(one)) {
      for (NodeSelectorTerm second : terms(other)) {
        terms.add(
            new NodeSelectorTermBuilder(first)
                .addAllToMatchExpressions(second.getMatchExpressions())
                .addAllToMatchExpressions(besides)
                .addAllToMatchFields(second.getMatchFields())
                .build());
      }
    }
    return new NodeSelectorBuilder().withNodeSelectorTerms(terms).build();
  }

  private static List<NodeSelectorTerm> terms(NodeSelector selector) {
    return selector == null ? List.of(new NodeSelectorTerm()) : selector.getNodeSelectorTerms();
  }

  private static Stream<PodAffinityTerm> antiAffinity(Affinity affinity) {
    return affinity == null || affinity.getPodAntiAffinity() == null
        ? Stream.of()
        : affinity
            .getPodAntiAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .stream();
  }

  private static Stream<PodAffinityTerm> affinity(Affinity affinity) {
    return affinity == null || affinity.getPodAffinity() == null
        ? Stream.of()
        : affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().stream();
  }

  /** Pods of one template only: these are of none, and a pair keeps away from all. */
  private static PodAffinityTerm withoutTemplateHash(PodAffinityTerm term) {
    return new PodAffinityTermBuilder(term).withMatchLabelKeys().withMismatchLabelKeys().build();
  }

  private static TopologySpreadConstraint withoutTemplateHash(TopologySpreadConstraint spread) {
    return spread.toBuilder().withMatchLabelKeys().build();
  }

  private ObjectMeta metadata() {
    ObjectMeta owned = workload.ownedMetadata();
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Labels.INSTANCE, owned.getName());
    labels.put(Labels.PART_OF, owned.getName());
    labels.put(Labels.MANAGED_BY, Labels.OPERATOR);
    labels.put(Labels.ROLE, PAIR);
    return new ObjectMetaBuilder(owned).withName(name(owned.getName())).withLabels(labels).build();
  }

  private static <K, V> Map<K, V> orEmpty(Map<K, V> map) {
    return map == null ? Map.of() : map;
  }

  private static boolean isEmpty(String text) {
    return text == null || text.isEmpty();
  }

  private static String orNone(String text) {
    return text == null ? "" : text;
  }
}
