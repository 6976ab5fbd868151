package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has both halves of the same pair go when there are to be fewer.
 *
 * <p>Left to itself, each Deployment picks its own pods to delete, and takes the service of one
 * node and the cache of another. The annotation {@value #COST} (KEP-2255) makes both pick alike; it
 * is set on the pods that go before either count drops, and taken away from those that stay after
 * all. A value that somebody else has set is left alone.
 */
final class ScaleDown {
  private static final Logger LOG = LoggerFactory.getLogger(ScaleDown.class);

  /** Which pod a ReplicaSet deletes first: that of the lowest cost. */
  private static final String COST = RunningPod.DELETION_COST;

  /** Our own mark: nobody sets this value by chance. */
  private static final String GOES_FIRST = "-70193";

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
   * Marks the pods that go.
   *
   * @return how long the counts must wait, for the ReplicaSet controller to hear of it; empty when
   *     they need not
   */
  Optional<Duration> prepare(ColocatedCache owner, Workload workload, Assessment assessment) {
    boolean changed = mark(owner, workload, assessment);
    String uid = owner.getMetadata().getUid();
    if (!changed && !drops(owner, workload, assessment)) {
      since.remove(uid);
      return Optional.empty();
    }
    Instant now = clock.instant();
    Instant begin = changed ? now : since.getOrDefault(uid, now);
    since.put(uid, begin);
    Duration left = Duration.between(now, begin.plus(HEARD));
    if (left.isZero() || left.isNegative()) {
      since.remove(uid);
      return Optional.empty();
    }
    return Optional.of(left);
  }

  private boolean drops(ColocatedCache owner, Workload workload, Assessment assessment) {
    return Stream.of(Role.values())
        .anyMatch(
            role ->
                live.ours(owner, workload.role(role).name())
                    .filter(
                        deployment ->
                            deployment.getSpec().getReplicas() > assessment.replicas().get(role))
                    .isPresent());
  }

  private boolean mark(ColocatedCache owner, Workload workload, Assessment assessment) {
    boolean changed = false;
    for (Role role : Role.values()) {
      RoleModel model = workload.role(role);
      if (!live.isOurs(owner, model.name())) {
        continue;
      }
      Set<String> kept = assessment.keptNodes(role);
      List<RunningPod> alive =
          cluster.pods(model.namespace(), model.name()).stream()
              .filter(pod -> !pod.terminating())
              .toList();
      int wanted = assessment.replicas().get(role);
      boolean someGo = wanted > 0 && alive.size() > wanted;
      for (RunningPod pod : alive) {
        boolean goes = someGo && pod.node() != null && !kept.contains(pod.node());
        if (goes && pod.deletionCost() == null) {
          changed |= mark(model, pod, '"' + GOES_FIRST + '"');
        } else if (!goes && GOES_FIRST.equals(pod.deletionCost())) {
          changed |= mark(model, pod, "null");
        }
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
