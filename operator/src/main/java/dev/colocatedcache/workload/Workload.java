package dev.colocatedcache.workload;

import dev.colocatedcache.api.v1alpha1.Anchor;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheSpec;
import dev.colocatedcache.api.v1alpha1.Pairing;
import dev.colocatedcache.api.v1alpha1.Placement;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.api.v1alpha1.RoleSpec;
import dev.colocatedcache.api.v1alpha1.Traffic;
import dev.colocatedcache.api.v1alpha1.UpdateStrategy;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that one ColocatedCache asks for, before it is known how many pairs fit.
 *
 * <p>Immutable, and made of the spec alone: the same ColocatedCache gives the same objects, down to
 * the order of their fields. They hold what the operator decides and nothing that the API server
 * fills in, so they can be applied as they are.
 */
public final class Workload {
  /** The scheduling gate of anchors that are placed only where their follower fits. */
  public static final String GATE = "colocatedcache.dev/pair";

  /**
   * An annotation of a ColocatedCache, as {@code kubectl.kubernetes.io/restartedAt} is one of a
   * template: a new value rolls both halves.
   */
  public static final String RESTARTED_AT = "colocatedcache.dev/restartedAt";

  /** The readiness gate of service pods that are Ready only beside a Ready cache. */
  public static final String LOCAL_CACHE = "colocatedcache.dev/local-cache";

  /**
   * How long a cache has to be Ready before the next one goes, in seconds, where the service beside
   * it is Ready only after it: until then that pair is away.
   */
  private static final int SERVICE_FOLLOWS = 5;

  /** A pod that is not Ready serves nobody, and must not keep its node from being drained. */
  private static final String EVICT_UNHEALTHY = "AlwaysAllow";

  private final ObjectMeta owner;
  private final String topologyKey;
  private final Disruption disruption;
  private final boolean surges;
  private final Traffic.Policy traffic;
  private final RoleModel anchor;
  private final RoleModel follower;

  Workload(
      ObjectMeta owner,
      String topologyKey,
      Disruption disruption,
      boolean surges,
      Traffic.Policy traffic,
      RoleModel anchor,
      RoleModel follower) {
    this.owner = owner;
    this.topologyKey = topologyKey;
    this.disruption = disruption;
    this.surges = surges;
    this.traffic = traffic;
    this.anchor = anchor;
    this.follower = follower;
  }

  /**
   * What the ColocatedCache asks for. The ColocatedCache is read, never changed.
   *
   * @throws InvalidSpecException if the spec cannot be made into children, with the sentence that
   *     says what to change
   */
  public static Workload of(ColocatedCache cc) {
    ColocatedCacheSpec spec = cc.getSpec();
    if (spec == null) {
      throw new InvalidSpecException("spec is missing: set spec.service and spec.cache");
    }
    Half service = Half.of(Role.SERVICE, spec.service(), cc.getMetadata());
    Half cache = Half.of(Role.CACHE, spec.cache(), cc.getMetadata());
    if (service.name().equals(cache.name())) {
      throw new InvalidSpecException(
          ("service and cache would both be named %s: set spec.service.name and spec.cache.name to"
                  + " different names")
              .formatted(service.name()));
    }
    if (service.component().equals(cache.component())) {
      throw new InvalidSpecException(
          ("service and cache would both carry the label %s: %s: give the two templates different"
                  + " values, or leave the label out")
              .formatted(Labels.COMPONENT, service.component()));
    }
    Placement placement = spec.placement();
    boolean cacheFirst = placement == null || placement.anchor() != Anchor.SERVICE;
    String topologyKey =
        placement == null || placement.topologyKey() == null
            ? Placement.HOSTNAME
            : placement.topologyKey();
    service = service.with(usingCache(service.pod(), cache, spec.traffic()));
    Half first = cacheFirst ? cache : service;
    Half second = cacheFirst ? service : cache;
    boolean surges =
        spec.updateStrategy() != null && spec.updateStrategy().type() == UpdateStrategy.Type.SURGE;
    PairAffinity affinity = new PairAffinity(topologyKey, first.selector(), surges);
    boolean guaranteed = placement != null && placement.pairing() == Pairing.GUARANTEED;
    PodSpec anchored = affinity.anchored(first.pod());
    return new Workload(
        cc.getMetadata(),
        topologyKey,
        Disruption.of(spec),
        surges,
        Traffic.policyOf(spec),
        first.model(true, guaranteed ? gated(anchored) : anchored),
        second.model(false, affinity.following(second.pod(), second.selector())));
  }

  /** The service's pods, told of their cache, and Ready only beside it where that is asked for. */
  private static PodSpec usingCache(PodSpec own, Half cache, Traffic traffic) {
    List<ServicePort> ports = cache.ports();
    PodSpec told =
        ports.isEmpty() ? own : new CacheAddress(cache.name(), ports.get(0).getPort()).toldTo(own);
    boolean gate = traffic != null && Boolean.TRUE.equals(traffic.requireLocalCache());
    boolean already =
        own.getReadinessGates().stream()
            .anyMatch(other -> LOCAL_CACHE.equals(other.getConditionType()));
    return !gate || already
        ? told
        : new PodSpecBuilder(told)
            .addNewReadinessGate()
            .withConditionType(LOCAL_CACHE)
            .endReadinessGate()
            .build();
  }

  /** Keeps pods from being placed until the operator has seen where their follower fits. */
  private static PodSpec gated(PodSpec own) {
    boolean already =
        own.getSchedulingGates().stream().anyMatch(gate -> GATE.equals(gate.getName()));
    return already
        ? own
        : new PodSpecBuilder(own).addNewSchedulingGate().withName(GATE).endSchedulingGate().build();
  }

  /** How many variables of the container stand before those that its template has. */
  public static int variablesInFront(Container container) {
    return CacheAddress.variablesInFront(container);
  }

  /** The half of that role. */
  public RoleModel role(Role role) {
    return anchor.role() == role ? anchor : follower;
  }

  /** The half that is placed first. */
  public RoleModel anchor() {
    return anchor;
  }

  /** The half that is placed where an anchor is. */
  public RoleModel follower() {
    return follower;
  }

  /** The node label whose value is the domain of a pair. */
  public String topologyKey() {
    return topologyKey;
  }

  /** Whether new pods are to come beside those that they replace, where there is room for both. */
  public boolean surges() {
    return surges;
  }

  /**
   * The role's Deployment, as it is applied.
   *
   * <p>Where it replaces pods it never adds one: with a pair on every node, an extra pod that fits
   * beside no other would have nowhere to go and the rollout would wait for ever.
   *
   * @param replicas pods of the role, at least 0
   * @param rollout how it comes to a new template
   */
  public Deployment deployment(Role role, int replicas, Rollout rollout) {
    RoleModel model = role(role);
    IntOrString none = new IntOrString(0);
    IntOrString atOnce = disruption.rolloutMaxUnavailable();
    return new DeploymentBuilder()
        .withMetadata(childMetadata(model))
        .withNewSpec()
        .withReplicas(replicas)
        .withPaused(rollout.paused() ? Boolean.TRUE : null)
        .withMinReadySeconds(role == Role.CACHE && cacheRequired() ? minReadySeconds() : null)
        .withProgressDeadlineSeconds(disruption.progressDeadlineSeconds())
        .withNewSelector()
        .withMatchLabels(model.selector())
        .endSelector()
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxSurge(rollout.surges() ? atOnce : none)
        .withMaxUnavailable(rollout.surges() ? none : atOnce)
        .endRollingUpdate()
        .endStrategy()
        .withTemplate(model.template())
        .endSpec()
        .build();
  }

  private boolean cacheRequired() {
    return role(Role.SERVICE).template().getSpec().getReadinessGates().stream()
        .anyMatch(gate -> LOCAL_CACHE.equals(gate.getConditionType()));
  }

  /** The API server wants the deadline to be later. */
  private int minReadySeconds() {
    return Math.min(SERVICE_FOLLOWS, disruption.progressDeadlineSeconds() - 1);
  }

  /**
   * The role's Service, as it is applied; empty where it has no ports. The cache's keeps what a pod
   * asks of it as near as {@code spec.traffic.policy} says (KEP-2433, KEP-3015, KEP-2086).
   */
  public Optional<Service> service(Role role) {
    RoleModel model = role(role);
    if (model.ports().isEmpty()) {
      return Optional.empty();
    }
    Service service =
        new ServiceBuilder()
            .withMetadata(childMetadata(model))
            .withNewSpec()
            .withType("ClusterIP")
            .withSelector(model.selector())
            .withPorts(model.ports())
            .endSpec()
            .build();
    if (role == Role.CACHE) {
      ServiceSpec spec = service.getSpec();
      switch (traffic) {
        case PREFER_SAME_NODE -> spec.setTrafficDistribution("PreferSameNode");
        case PREFER_SAME_ZONE -> spec.setTrafficDistribution("PreferSameZone");
        case SAME_NODE -> spec.setInternalTrafficPolicy("Local");
        case CLUSTER -> {}
      }
    }
    return Optional.of(service);
  }

  /** The role's budget for evictions, as it is applied; empty where it is not asked for. */
  public Optional<PodDisruptionBudget> disruptionBudget(Role role) {
    return disruptionBudget(role, 0, 0);
  }

  /**
   * The same while pairs are Pending on purpose.
   *
   * @param pairs granted
   * @param pending pairs that are Pending besides
   */
  public Optional<PodDisruptionBudget> disruptionBudget(Role role, int pairs, int pending) {
    RoleModel model = role(role);
    return disruption
        .budgetMaxUnavailable(pairs, pending)
        .map(
            maxUnavailable ->
                new PodDisruptionBudgetBuilder()
                    .withMetadata(childMetadata(model))
                    .withNewSpec()
                    .withMaxUnavailable(maxUnavailable)
                    .withNewSelector()
                    .withMatchLabels(model.selector())
                    .endSelector()
                    .withUnhealthyPodEvictionPolicy(EVICT_UNHEALTHY)
                    .endSpec()
                    .build());
  }

  private ObjectMeta childMetadata(RoleModel model) {
    Map<String, String> pod = model.template().getMetadata().getLabels();
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Labels.NAME, pod.get(Labels.NAME));
    labels.putAll(model.selector());
    labels.put(Labels.PART_OF, pod.get(Labels.PART_OF));
    labels.put(Labels.MANAGED_BY, Labels.OPERATOR);
    labels.put(Labels.ROLE, model.role().value());
    return new ObjectMetaBuilder()
        .withName(model.name())
        .withNamespace(model.namespace())
        .withLabels(labels)
        .withOwnerReferences(ownerReference())
        .build();
  }

  /** The ColocatedCache's name and namespace, with a reference to it as the owner. */
  ObjectMeta ownedMetadata() {
    return new ObjectMetaBuilder()
        .withName(owner.getName())
        .withNamespace(owner.getNamespace())
        .withOwnerReferences(ownerReference())
        .build();
  }

  private OwnerReference ownerReference() {
    return new OwnerReferenceBuilder()
        .withApiVersion(ColocatedCache.API_VERSION)
        .withKind(ColocatedCache.class.getSimpleName())
        .withName(owner.getName())
        .withUid(owner.getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }

  /**
   * One role as its spec has it, with defaults, before it is known which half is the anchor.
   *
   * @param pod the template's pod, with what comes from the other half
   */
  private record Half(
      Role role, RoleSpec spec, ObjectMeta owner, String name, String component, PodSpec pod) {

    static Half of(Role role, RoleSpec spec, ObjectMeta owner) {
      String path = "spec." + role.value();
      if (spec == null || spec.template() == null || spec.template().getSpec() == null) {
        throw new InvalidSpecException(
            "%s.template.spec is missing: write there what the pods are made of".formatted(path));
      }
      Map<String, String> labels = labels(spec.template());
      requireOwn(labels, Labels.INSTANCE, owner.getName(), path);
      requireOwn(labels, Labels.ROLE, role.value(), path);
      String defaultName = role == Role.SERVICE ? owner.getName() : owner.getName() + "-cache";
      return new Half(
          role,
          spec,
          owner,
          spec.name() == null ? defaultName : spec.name(),
          labels.getOrDefault(Labels.COMPONENT, role.value()),
          WrittenPorts.ofContainers(spec.template().getSpec(), path + ".template.spec"));
    }

    Half with(PodSpec changed) {
      return new Half(role, spec, owner, name, component, changed);
    }

    /** Selectors rely on these labels: a template may repeat them, not change them. */
    private static void requireOwn(
        Map<String, String> labels, String key, String value, String path) {
      String own = labels.getOrDefault(key, value);
      if (!value.equals(own)) {
        throw new InvalidSpecException(
            ("%s.template has the label %s: %s, which the operator sets to %s: remove it from the"
                    + " template")
                .formatted(path, key, own, value));
      }
    }

    private static Map<String, String> labels(PodTemplateSpec template) {
      return template.getMetadata() == null || template.getMetadata().getLabels() == null
          ? Map.of()
          : template.getMetadata().getLabels();
    }

    Map<String, String> selector() {
      Map<String, String> selector = new LinkedHashMap<>();
      selector.put(Labels.INSTANCE, owner.getName());
      selector.put(Labels.COMPONENT, component);
      return selector;
    }

    RoleModel model(boolean anchor, PodSpec pod) {
      Map<String, String> labels = new LinkedHashMap<>(labels(spec.template()));
      labels.putIfAbsent(Labels.NAME, name);
      labels.putAll(selector());
      labels.putIfAbsent(Labels.PART_OF, owner.getName());
      labels.putIfAbsent(Labels.MANAGED_BY, Labels.OPERATOR);
      labels.put(Labels.ROLE, role.value());
      PodTemplateSpec template =
          new PodTemplateSpecBuilder(spec.template())
              .editOrNewMetadata()
              .withLabels(labels)
              .addToAnnotations(restart())
              .endMetadata()
              .withSpec(pod)
              .build();
      return new RoleModel(
          role, anchor, name, owner.getNamespace(), component, selector(), template, ports());
    }

    private Map<String, String> restart() {
      Map<String, String> annotations = owner.getAnnotations();
      String restartedAt = annotations == null ? null : annotations.get(RESTARTED_AT);
      return restartedAt == null ? Map.of() : Map.of(RESTARTED_AT, restartedAt);
    }

    private List<ServicePort> ports() {
      return spec.ports() == null
          ? DeclaredPorts.of(pod())
          : WrittenPorts.ofService(spec.ports(), "spec." + role.value() + ".ports");
    }
  }
}
