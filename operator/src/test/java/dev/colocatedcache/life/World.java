package dev.colocatedcache.life;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.PodHistory;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A namespace and nodes of its own on a cluster that other worlds share, on which a script is
 * played.
 */
final class World implements AutoCloseable {
  /** An annotation of a template: which version of it this is. */
  static final String VERSION = "life.colocatedcache.dev/version";

  /** The taint that operations give to nodes. */
  static final String TAINT = "life.colocatedcache.dev/taint";

  /** The PriorityClass of pods that may take room from those without one. */
  static final String HIGH = "life-high";

  /** The name of what somebody puts into a child. */
  static final String EDITED = "life-edited";

  private static final String CPU = "cpu";

  /** For so long nothing may change before a world counts as settled. */
  private static final Duration AT_REST = Duration.ofMillis(1500);

  /** What changes within this time is looked at together. */
  private static final int GATHER_MILLIS = 150;

  private static final int DRAIN_ATTEMPTS = 12;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final Set<Integer> NOT_THERE = Set.of(404, 409, 422);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Devcluster cluster;
  private final Operators operators;
  private final Watched watched;
  private final Setup setup;
  private final TestNamespace namespace;
  private final TestNodes nodes;
  private final PodHistory history;
  private final String version;
  private Allowance allowed = new Allowance();
  private Observed settled;
  private Set<String> before = Set.of();
  private boolean nothingDisturbs;

  World(Devcluster cluster, Operators operators, Watched watched, Script script) {
    this.cluster = cluster;
    this.operators = operators;
    this.watched = watched;
    this.setup = script.setup();
    this.namespace = cluster.namespace("life-" + script.seed());
    this.nodes = cluster.nodes(namespace.name());
    this.history = PodHistory.of(cluster.client(), namespace.name());
    this.version = cluster.kubernetesVersion();
    client()
        .resource(
            new PriorityClassBuilder()
                .withNewMetadata()
                .withName(HIGH)
                .endMetadata()
                .withValue(1000)
                .build())
        .serverSideApply();
    setup.nodes().forEach(node -> addNode(node.number(), node.cpuMillis()));
    setup.caches().forEach(cache -> createCache(cache.number()));
  }

  /** Plays a burst; what is not there any more is left alone. */
  void play(List<Operation> burst) {
    allowed = new Allowance();
    nothingDisturbs = nothingDisturbs(burst);
    for (SeenCache cache : settled.seenCaches()) {
      if (!cache.calm()) {
        allowed.all(cache.name());
      }
    }
    settled.nodes().keySet().stream().filter(node -> !settled.isReady(node)).forEach(allowed::on);
    if (settled.seenCaches().stream().anyMatch(SeenCache::high)) {
      mayLosePairs();
    }
    for (Operation operation : burst) {
      try {
        operation.play(this);
      } catch (KubernetesClientException e) {
        if (!NOT_THERE.contains(e.getCode())) {
          throw e;
        }
      }
    }
  }

  /** Whether every pod that a rollout replaces finds its place free. */
  private boolean nothingDisturbs(List<Operation> burst) {
    return settled.caches().size() == 1
        && burst.stream()
            .allMatch(
                operation ->
                    operation instanceof Roll
                        || operation instanceof RestartChild
                        || operation instanceof Pause)
        && settled.pods().stream().allMatch(pod -> SeenCache.label(pod, "foreign") == null)
        && settled.seenCaches().stream()
            .allMatch(
                cache ->
                    cache.planned().filter(plan -> plan.anew() == plan.granted()).isPresent()
                        && cache.planned().get().granted()
                            == cache.planned().get().domains().size());
  }

  /**
   * Waits until all invariants hold, and go on holding.
   *
   * @return what does not hold when {@code limit} is over; empty if all is well
   */
  List<String> settle(Duration limit) {
    operators.awaitUp();
    Instant deadline = Instant.now().plus(limit);
    Instant since = Instant.MIN;
    String fingerprint = "";
    try {
      while (true) {
        Observed now = watched.world(namespace.name());
        List<String> broken = Invariants.broken(now);
        String print = now.fingerprint();
        if (!broken.isEmpty() || !print.equals(fingerprint)) {
          since = Instant.now();
          fingerprint = print;
        }
        if (broken.isEmpty() && since.plus(AT_REST).isBefore(Instant.now())) {
          settled = fresh();
          broken = Invariants.broken(settled);
          if (broken.isEmpty() && settled.fingerprint().equals(fingerprint)) {
            List<String> killed = allowed.exceededBy(deathsSince(before));
            before = alive(settled);
            return killed;
          }
        }
        if (Instant.now().isAfter(deadline)) {
          settled = fresh();
          broken = Invariants.broken(settled);
          return broken.isEmpty() ? List.of("it does not come to rest") : broken;
        }
        watched.awaitChange(namespace.name(), AT_REST.toMillis() / 2);
        Pause.of(GATHER_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private List<PodHistory.Death> deathsSince(Set<String> alive) {
    return history.deaths().stream().filter(death -> alive.contains(death.uid())).toList();
  }

  private static Set<String> alive(Observed world) {
    return world.pods().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .map(pod -> pod.getMetadata().getUid())
        .collect(Collectors.toUnmodifiableSet());
  }

  private Observed fresh() {
    return Observed.fresh(client(), namespace.name(), nodes.nodeSelector(), version);
  }

  /** What operations say may die of them. */
  Allowance allowed() {
    return allowed;
  }

  Devcluster cluster() {
    return cluster;
  }

  KubernetesClient client() {
    return cluster.client();
  }

  Operators operators() {
    return operators;
  }

  String namespace() {
    return namespace.name();
  }

  /** As it was found when it was last waited for. */
  Observed settled() {
    return settled;
  }

  String nodeName(int number) {
    return nodes.name(number);
  }

  static Role either(RandomGenerator random) {
    return random.nextBoolean() ? Role.SERVICE : Role.CACHE;
  }

  static String childName(int cache, Role role) {
    return Setup.nameOf(cache) + (role == Role.SERVICE ? "" : "-cache");
  }

  static String foreign(int number) {
    return "foreign-" + number;
  }

  void addNode(int number, int cpuMillis) {
    nodes.addAs(number, NodeSpec.named("any").with(CPU, cpuMillis + "m").label(Setup.POOL, "in"));
  }

  void editNode(int number, UnaryOperator<Node> change) {
    client().nodes().withName(nodeName(number)).edit(change);
  }

  MixedOperation<ColocatedCache, ?, Resource<ColocatedCache>> allCaches() {
    return client().resources(ColocatedCache.class);
  }

  NonNamespaceOperation<ColocatedCache, ?, Resource<ColocatedCache>> caches() {
    return allCaches().inNamespace(namespace.name());
  }

  private Optional<ColocatedCache> cache(int number) {
    return Optional.ofNullable(caches().withName(Setup.nameOf(number)).get());
  }

  void createCache(int number) {
    setup.caches().stream()
        .filter(cache -> cache.number() == number)
        .forEach(
            cache ->
                caches()
                    .resource(Yaml.read(cache.manifest().on(nodes).yaml(), ColocatedCache.class))
                    .create());
  }

  void scale(int cache, int replicas) {
    cache(cache)
        .ifPresent(
            now -> {
              allowed.pairs(Setup.nameOf(cache), Math.max(0, now.getSpec().replicas() - replicas));
              patchCache(cache, Map.of("spec", Map.of("replicas", replicas)));
            });
  }

  void patchCache(int cache, Map<String, Object> patch) {
    caches()
        .withName(Setup.nameOf(cache))
        .patch(PatchContext.of(PatchType.JSON_MERGE), json(patch));
  }

  void patchDeployment(int cache, Role role, Map<String, Object> patch) {
    client()
        .apps()
        .deployments()
        .inNamespace(namespace.name())
        .withName(childName(cache, role))
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), json(patch));
  }

  int deploymentReplicas(int cache, Role role) {
    return Optional.ofNullable(
            client()
                .apps()
                .deployments()
                .inNamespace(namespace.name())
                .withName(childName(cache, role))
                .get())
        .map(deployment -> deployment.getSpec().getReplicas())
        .orElse(0);
  }

  /** Those of a higher priority may take room from all others. */
  void mayLosePairs() {
    settled.seenCaches().forEach(cache -> allowed.all(cache.name()));
  }

  /**
   * Pods of that half are replaced. The other half need not go where each finds its place again: of
   * an anchor only Guaranteed pairing says that it does.
   */
  void mayRoll(int cache, Role role) {
    boolean otherStays =
        nothingDisturbs
            && settled.seenCaches().stream()
                .anyMatch(seen -> seen.anchor() != role || seen.guaranteed());
    if (otherStays) {
      allowed.half(Setup.nameOf(cache), role);
    } else {
      allowed.all(Setup.nameOf(cache));
    }
  }

  /** A pod of that half that is placed, counted by node and around the end. */
  Optional<Pod> pod(int cache, Role role, int pick) {
    List<Pod> placed =
        watched.world(namespace.name()).seenCaches().stream()
            .filter(seen -> seen.name().equals(Setup.nameOf(cache)))
            .flatMap(seen -> seen.alive(role).stream())
            .filter(pod -> pod.getSpec().getNodeName() != null)
            .sorted(Comparator.comparing(pod -> pod.getSpec().getNodeName()))
            .toList();
    return placed.isEmpty() ? Optional.empty() : Optional.of(placed.get(pick % placed.size()));
  }

  /** Whether its budget lets it go. */
  boolean evict(Pod pod) {
    try {
      return client()
          .pods()
          .inNamespace(namespace.name())
          .withName(pod.getMetadata().getName())
          .evict(
              new EvictionBuilder()
                  .withNewMetadata()
                  .withName(pod.getMetadata().getName())
                  .withNamespace(namespace.name())
                  .endMetadata()
                  .build());
    } catch (KubernetesClientException e) {
      if (e.getCode() == TOO_MANY_REQUESTS) {
        return false;
      }
      throw e;
    }
  }

  /** Evicts what is on a node, again and again for a while, as {@code kubectl drain} does. */
  void evictAll(int node) {
    for (int attempt = 0; attempt < DRAIN_ATTEMPTS; attempt++) {
      List<Pod> there =
          watched.world(namespace.name()).pods().stream()
              .filter(pod -> nodeName(node).equals(pod.getSpec().getNodeName()))
              .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
              .toList();
      if (there.isEmpty()) {
        return;
      }
      there.forEach(this::evict);
      Pause.of(500);
    }
  }

  void createForeign(int number, int cpuMillis, boolean repels) {
    String pod =
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          labels: {foreign: "true"}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: other, image: other, resources: {requests: {cpu: %dm}}}]
        %s
        """
            .formatted(
                foreign(number),
                cpuMillis,
                !repels
                    ? ""
                    : """
                      affinity:
                        podAntiAffinity:
                          requiredDuringSchedulingIgnoredDuringExecution:
                            - topologyKey: kubernetes.io/hostname
                              labelSelector: {matchLabels: {colocatedcache.dev/role: cache}}
                    """);
    client()
        .pods()
        .inNamespace(namespace.name())
        .resource(Yaml.read(nodes.pin(pod), Pod.class))
        .create();
  }

  /** The kubelet that is back says of its pods what it sees. */
  void kubeletIsBack(int node) {
    client()
        .pods()
        .inNamespace(namespace.name())
        .withField("spec.nodeName", nodeName(node))
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> isTrue(pod, "ContainersReady"))
        .forEach(
            pod ->
                client()
                    .pods()
                    .inNamespace(namespace.name())
                    .withName(pod.getMetadata().getName())
                    .editStatus(
                        now -> {
                          now.getStatus()
                              .getConditions()
                              .replaceAll(
                                  condition ->
                                      "Ready".equals(condition.getType())
                                          ? new PodConditionBuilder(condition)
                                              .withStatus("True")
                                              .build()
                                          : condition);
                          return now;
                        }));
  }

  private static boolean isTrue(Pod pod, String condition) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(c -> condition.equals(c.getType()) && "True".equals(c.getStatus()));
  }

  private static String json(Map<String, Object> patch) {
    try {
      return JSON.writeValueAsString(patch);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All there is to see of it, for a person. */
  String text() {
    StringBuilder text = new StringBuilder("namespace " + namespace.name() + "\n");
    Observed now = fresh();
    now.nodes().values().stream()
        .forEach(
            node ->
                text.append(
                    "  node %s cpu=%s pool=%s unschedulable=%s taints=%s\n"
                        .formatted(
                            node.getMetadata().getName(),
                            node.getStatus().getAllocatable().get(CPU),
                            node.getMetadata().getLabels().get(Setup.POOL),
                            node.getSpec().getUnschedulable(),
                            node.getSpec().getTaints().stream()
                                .map(taint -> taint.getKey() + ":" + taint.getEffect())
                                .filter(taint -> !taint.startsWith(TestNodes.KEY))
                                .toList())));
    now.pods().stream()
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
        .forEach(
            pod ->
                text.append(
                    "  pod %s on %s cpu=%s ready=%s gone=%s gates=%s %s\n"
                        .formatted(
                            pod.getMetadata().getName(),
                            pod.getSpec().getNodeName(),
                            pod.getSpec().getContainers().get(0).getResources().getRequests(),
                            isTrue(pod, "Ready"),
                            pod.getMetadata().getDeletionTimestamp(),
                            pod.getSpec().getSchedulingGates(),
                            pod.getMetadata().getAnnotations())));
    now.deployments()
        .values()
        .forEach(
            deployment ->
                text.append(
                    "  deployment %s %s paused=%s status=%s\n"
                        .formatted(
                            deployment.getMetadata().getName(),
                            deployment.getSpec().getReplicas(),
                            deployment.getSpec().getPaused(),
                            deployment.getStatus())));
    now.caches()
        .values()
        .forEach(
            cache ->
                text.append(
                    "  %s replicas=%s %s generation=%d deleted=%s\n    status=%s\n"
                        .formatted(
                            cache.getMetadata().getName(),
                            cache.getSpec().replicas(),
                            cache.getSpec().placement(),
                            cache.getMetadata().getGeneration(),
                            cache.getMetadata().getDeletionTimestamp(),
                            cache.getStatus())));
    client().events().v1().events().inNamespace(namespace.name()).list().getItems().stream()
        .filter(event -> "ColocatedCache".equals(event.getRegarding().getKind()))
        .sorted(Comparator.comparing(event -> String.valueOf(event.getEventTime())))
        .forEach(
            event ->
                text.append(
                    "  event %s %s %s: %s\n"
                        .formatted(
                            event.getEventTime() == null ? "" : event.getEventTime().getTime(),
                            event.getRegarding().getName(),
                            event.getReason(),
                            event.getNote())));
    return text.toString();
  }

  @Override
  public void close() {
    history.close();
    namespace.close();
    nodes.close();
  }
}
