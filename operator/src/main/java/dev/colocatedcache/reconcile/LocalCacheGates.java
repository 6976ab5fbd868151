package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.FollowerNeed;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the readiness gates of service pods (KEP-580): the condition {@value Workload#LOCAL_CACHE}
 * of a pod is True while a Ready cache is in its topology domain.
 */
final class LocalCacheGates {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCacheGates.class);

  private final KubernetesClient client;
  private final ClusterView cluster;
  private final LiveChildren live;
  private final Clock clock;

  LocalCacheGates(KubernetesClient client, ClusterView cluster, LiveChildren live, Clock clock) {
    this.client = client;
    this.cluster = cluster;
    this.live = live;
    this.clock = clock;
  }

  /**
   * What came of it.
   *
   * @param need what anchors wait for before they can be Ready
   * @param all whether all that had to be set is: nothing else would wake us to try again
   */
  record Outcome(FollowerNeed need, boolean all) {}

  /** Sets what is not as it should be, of the service's pods that are {@code owner}'s. */
  Outcome set(ColocatedCache owner, Workload workload) {
    RoleModel service = workload.role(Role.SERVICE);
    // Of two that name one Deployment, the one whose it is not would tell its pods otherwise.
    if (!live.isOurs(owner, service.name())) {
      return new Outcome(FollowerNeed.NONE, true);
    }
    LocalCaches caches = observe(workload, service, workload.role(Role.CACHE));
    boolean all = true;
    for (LocalCaches.Verdict verdict : caches.changes()) {
      all &= set(service.namespace(), verdict.pod(), condition(verdict));
    }
    return new Outcome(service.anchor() ? caches.need() : FollowerNeed.NONE, all);
  }

  private LocalCaches observe(Workload workload, RoleModel service, RoleModel cache) {
    Snapshot snapshot = cluster.snapshot();
    return new LocalCaches(
        cluster.pods(service.namespace(), service.name()),
        cluster.pods(cache.namespace(), cache.name()),
        node -> snapshot.domainOf(node, workload.topologyKey()));
  }

  private PodCondition condition(LocalCaches.Verdict verdict) {
    return new PodConditionBuilder()
        .withType(Workload.LOCAL_CACHE)
        .withStatus(verdict.status())
        .withReason(verdict.ready() ? "CacheReady" : "NoReadyCache")
        .withMessage(
            verdict.ready()
                ? "a Ready cache is in the pod's topology domain"
                : "no cache in the pod's topology domain is Ready")
        .withLastTransitionTime(clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
        .build();
  }

  private boolean set(String namespace, RunningPod pod, PodCondition condition) {
    // Conditions are merged by their type, so that the kubelet's own stay as they are.
    Map<String, Object> patch = Map.of("status", Map.of("conditions", List.of(condition)));
    try {
      client
          .pods()
          .inNamespace(namespace)
          .withName(pod.name())
          .subresource("status")
          .patch(
              PatchContext.of(PatchType.STRATEGIC_MERGE),
              client.getKubernetesSerialization().asJson(patch));
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return true;
      }
      // A gate that is not set must not keep pairs from being placed.
      LOG.warn("Pod {} could not be told of its cache: {}", pod.name(), Refusals.message(e));
      return false;
    }
  }
}
