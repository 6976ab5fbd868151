package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.PodInfo;
import dev.colocatedcache.affinity.Rank;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Where the ColocatedCaches stand that want the same room, and whose pods are whose. Not
 * thread-safe: {@link Competition} locks.
 */
final class Standings {
  private final Map<ResourceID, Standing> standings = new HashMap<>();

  /** By Deployment, whose pods it makes. */
  private final Map<ResourceID, ResourceID> makers = new HashMap<>();

  /**
   * Where one stands.
   *
   * @param generation of its spec
   * @param question the latest that it asked
   * @param granted how many pairs
   */
  record Standing(long generation, Rank rank, PairQuestion question, int granted) {

    boolean isLimited() {
      return granted < question.requested();
    }
  }

  /** Null where it was never met. */
  Standing of(ResourceID id) {
    return standings.get(id);
  }

  boolean contains(ResourceID id) {
    return standings.containsKey(id);
  }

  /**
   * Where it stands from now on.
   *
   * @param request whose two Deployments make its pods
   */
  void put(ResourceID id, Standing standing, PairRequest request) {
    standings.put(id, standing);
    makers.put(new ResourceID(request.anchorDeployment(), request.namespace()), id);
    makers.put(new ResourceID(request.followerDeployment(), request.namespace()), id);
  }

  void forEach(BiConsumer<ResourceID, Standing> action) {
    standings.forEach(action);
  }

  /** The rank of the one whose pod it is; null where it is nobody's. */
  Rank rankOf(PodInfo pod) {
    if (pod.deployment() == null) {
      return null;
    }
    ResourceID owner = makers.get(new ResourceID(pod.deployment(), pod.namespace()));
    Standing standing = owner == null ? null : standings.get(owner);
    return standing == null ? null : standing.rank();
  }

  /** Those that were granted less than they ask for. */
  Set<ResourceID> limited() {
    Set<ResourceID> limited = new HashSet<>();
    standings.forEach(
        (id, standing) -> {
          if (standing.isLimited()) {
            limited.add(id);
          }
        });
    return limited;
  }

  Set<ResourceID> ids() {
    return Set.copyOf(standings.keySet());
  }

  void forget(Collection<ResourceID> gone) {
    standings.keySet().removeAll(gone);
    makers.values().removeAll(gone);
  }
}
