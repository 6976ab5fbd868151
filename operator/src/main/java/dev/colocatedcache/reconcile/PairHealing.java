package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Healing;
import dev.colocatedcache.api.v1alpha1.Pairing;
import dev.colocatedcache.api.v1alpha1.Placement;
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
 * scheduler puts its replacement where the anchor is, for nowhere else will do. Where anchors wait
 * behind a gate, one whose follower does not fit beside it is evicted too; without the gate it
 * would come back. And one that was let loose for a place which has been lost since is made anew.
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
   * Evicts the next half that can be whole elsewhere and not where it is.
   *
   * @return whether one should go and may not yet: nothing tells us when its budget lets it
   */
  boolean heal(ColocatedCache owner, Workload workload, Assessment assessment) {
    Placement placement = owner.getSpec().placement();
    if (placement != null && placement.healing() == Healing.NONE) {
      return false;
    }
    boolean guaranteed = placement != null && placement.pairing() == Pairing.GUARANTEED;
    if (guaranteed && !assessment.outrun().isEmpty()) {
      RunningPod anchor = assessment.outrun().get(0);
      return !evicted(
          owner,
          workload.anchor(),
          anchor,
          "AnchorMoved",
          "Pod %s was made anew, for %s, which it waited for, holds no pair any more"
              .formatted(anchor.name(), anchor.placedFor()));
    }
    Optional<RunningPod> follower = assessment.stranded().next();
    if (follower.isPresent()) {
      return !evicted(
          owner,
          workload.follower(),
          follower.get(),
          "FollowerMoved",
          gone(follower.get(), "for its anchor runs elsewhere"));
    }
    if (!guaranteed) {
      return false;
    }
    Optional<RunningPod> anchor = assessment.misplaced().next();
    return anchor.isPresent()
        && !evicted(
            owner,
            workload.anchor(),
            anchor.get(),
            "AnchorMoved",
            gone(anchor.get(), "for its follower does not fit there"));
  }

  private static String gone(RunningPod pod, String why) {
    return "Pod %s was evicted from node %s, %s".formatted(pod.name(), pod.node(), why);
  }

  private boolean evicted(
      ColocatedCache owner, RoleModel half, RunningPod pod, String reason, String note) {
    Eviction eviction =
        new EvictionBuilder()
            .withNewMetadata()
            .withName(pod.name())
            .withNamespace(half.namespace())
            .endMetadata()
            .build();
    try {
      boolean taken =
          client.pods().inNamespace(half.namespace()).withName(pod.name()).evict(eviction);
      if (taken) {
        announcer.normal(owner, reason, note);
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
