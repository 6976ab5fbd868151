package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.reconcile.child.RolloutOrder;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has both halves of the same pair go when there are to be fewer.
 *
 * <p>Left to itself, each Deployment picks its own pods to delete, and takes the service of one
 * node and the cache of another. The annotation {@value #COST} (KEP-2255) makes both pick alike; it
 * is set on the pods that go before either count drops, and taken away from those that stay after
 * all. A value that somebody else has set is left alone.
 *
 * <p>In the midst of a rollout the Deployment controller first shares out among its ReplicaSets how
 * many each gives up. The half that rolls is then asked first, and the other gives up what stands
 * alone when the rollout is over.
 */
final class ScaleDown {
  private static final Logger LOG = LoggerFactory.getLogger(ScaleDown.class);

  /** Which pod a ReplicaSet deletes first: that of the lowest cost. */
  private static final String COST = RunningPod.DELETION_COST;

  /**
   * How long a count waits before it drops. The ReplicaSet controller hears of marks, and of pods
   * that have gone by themselves, about when we do: asked at once, it would now and then give up a
   * pod that stays for one that it does not know to be gone.
   */
  private static final Duration HEARD = Duration.ofMillis(500);

  private final KubernetesClient client;
  private final ClusterView cluster;
  private final LiveChildren live;
  private final Clock clock;

  /** Since when a count is to drop, by the ColocatedCache's uid. */
  private final Map<String, Instant> since = new ConcurrentHashMap<>();

  ScaleDown(KubernetesClient client, ClusterView cluster, LiveChildren live, Clock clock) {
    this.client = client;
    this.cluster = cluster;
    this.live = live;
    this.clock = clock;
  }

  /**
   * What may be done now.
   *
   * @param replicas of each role: one may have to wait for the other
   * @param pause how long these counts must wait, for the ReplicaSet controller to hear of the
   *     marks; null when they need not
   */
  record Step(Map<Role, Integer> replicas, Duration pause) {}

  /** Marks the pods that go. */
  Step prepare(ColocatedCache owner, Workload workload, Assessment assessment) {
    Map<Role, GoingPods> roles = new EnumMap<>(Role.class);
    for (RoleModel model : List.of(workload.anchor(), workload.follower())) {
      live.ours(owner, model.name())
          .ifPresent(deployment -> roles.put(model.role(), going(model, deployment, assessment)));
    }
    Map<Role, Integer> replicas = new EnumMap<>(assessment.replicas());
    if (roles.size() == Role.values().length) {
      GoingPods anchor = roles.get(workload.anchor().role());
      GoingPods follower = roles.get(workload.follower().role());
      boolean anchorFirst = anchor.rolling() || !follower.rolling();
      GoingPods first = anchorFirst ? anchor : follower;
      GoingPods second = anchorFirst ? follower : anchor;
      if (first.rolling() && second.drops() && !first.done()) {
        replicas.put(second.role(), second.now());
      }
    }
    boolean changed = false;
    for (Map.Entry<Role, GoingPods> role : roles.entrySet()) {
      changed |= mark(workload.role(role.getKey()), role.getValue());
    }
    boolean drops =
        roles.values().stream().anyMatch(role -> role.now() > replicas.get(role.role()));
    return new Step(replicas, waiting(owner.getMetadata().getUid(), changed, drops));
  }

  private GoingPods going(RoleModel model, Deployment deployment, Assessment assessment) {
    List<RunningPod> pods = cluster.pods(model.namespace(), model.name());
    List<RunningPod> alive = pods.stream().filter(pod -> !pod.terminating()).toList();
    return new GoingPods(
        model.role(),
        alive,
        assessment.order(model.role()),
        assessment.keptNodes(model.role()),
        deployment.getSpec().getReplicas(),
        assessment.replicas().get(model.role()),
        RolloutOrder.surge(deployment),
        pods.stream().map(RunningPod::template).filter(Objects::nonNull).distinct().count() > 1,
        alive.stream().anyMatch(pod -> pod.trouble() != null)
            || RolloutOrder.standsStill(deployment));
  }

  /** How long the counts must wait; null when they need not. */
  private Duration waiting(String uid, boolean changed, boolean drops) {
    if (!changed && !drops) {
      since.remove(uid);
      return null;
    }
    Instant now = clock.instant();
    Instant begin = changed ? now : since.getOrDefault(uid, now);
    since.put(uid, begin);
    Duration left = Duration.between(now, begin.plus(HEARD));
    if (left.isZero() || left.isNegative()) {
      since.remove(uid);
      return null;
    }
    return left;
  }

  private boolean mark(RoleModel model, GoingPods role) {
    boolean changed = false;
    Set<String> marked = role.marked().stream().map(RunningPod::name).collect(Collectors.toSet());
    for (RunningPod pod : role.alive()) {
      boolean goes = marked.contains(pod.name());
      if (goes && pod.deletionCost() == null) {
        changed |= mark(model, pod, '"' + role.cost(pod) + '"');
      } else if (!goes && GoingPods.isOurs(pod.deletionCost())) {
        changed |= mark(model, pod, "null");
      }
    }
    return changed;
  }

  private boolean mark(RoleModel model, RunningPod pod, String value) {
    String patch = "{\"metadata\":{\"annotations\":{\"" + COST + "\":" + value + "}}}";
    try {
      client
          .pods()
          .inNamespace(model.namespace())
          .withName(pod.name())
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
      return true;
    } catch (KubernetesClientException e) {
      // Better to take the wrong half than to keep more pods than fit.
      LOG.warn("Pod {} could not be marked for scaling down: {}", pod.name(), Refusals.message(e));
      return false;
    }
  }
}
