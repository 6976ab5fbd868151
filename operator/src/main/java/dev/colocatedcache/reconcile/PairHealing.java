package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Healing;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.policy.v1.Eviction;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a follower that was left behind to an anchor that waits for it: it is evicted, and the
 * scheduler puts its replacement where the anchor is, for nowhere else will do.
 *
 * <p>One at a time, and through the Eviction API, so that every budget over the pod has its say.
 */
final class PairHealing {
  private static final Logger LOG = LoggerFactory.getLogger(PairHealing.class);

  private final KubernetesClient client;
  private final Announcer announcer;

  PairHealing(KubernetesClient client, Announcer announcer) {
    this.client = client;
    this.announcer = announcer;
  }

  /**
   * Evicts the next follower that was left behind, if one can be whole elsewhere.
   *
   * @return whether one should go and may not yet: nothing tells us when its budget lets it
   */
  boolean heal(ColocatedCache owner, Workload workload, Assessment assessment) {
    Optional<RunningPod> next = assessment.stranded().next();
    boolean wanted =
        owner.getSpec().placement() == null
            || owner.getSpec().placement().healing() != Healing.NONE;
    return wanted && next.isPresent() && !evicted(owner, workload.follower(), next.get());
  }

  private boolean evicted(ColocatedCache owner, RoleModel follower, RunningPod pod) {
    Eviction eviction =
        new EvictionBuilder()
            .withNewMetadata()
            .withName(pod.name())
            .withNamespace(follower.namespace())
            .endMetadata()
            .build();
    try {
      boolean taken =
          client.pods().inNamespace(follower.namespace()).withName(pod.name()).evict(eviction);
      if (taken) {
        announcer.normal(
            owner,
            "FollowerMoved",
            "Pod %s was evicted from node %s, for its anchor runs elsewhere"
                .formatted(pod.name(), pod.node()));
      } else {
        LOG.info("Pod {} may not be evicted yet: a disruption budget keeps it", pod.name());
      }
      return taken;
    } catch (KubernetesClientException e) {
      LOG.warn("Pod {} could not be evicted: {}", pod.name(), Refusals.message(e));
      return false;
    }
  }
}
