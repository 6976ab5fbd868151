package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.api.v1alpha1.RoleStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The status says what is so of the pods, counted here once more. */
final class StatusIsTrue implements Invariant {
  @Override
  public Stream<String> broken(Observed world) {
    return world.seenCaches().stream().flatMap(cache -> broken(cache).stream());
  }

  private static List<String> broken(SeenCache cache) {
    ColocatedCacheStatus status = cache.resource().getStatus();
    if (status == null || status.replicas() == null) {
      return List.of(cache.name() + " has no status that speaks of pairs");
    }
    Claims claims = new Claims(cache.name());
    claims.same(
        "observedGeneration",
        status.observedGeneration(),
        cache.resource().getMetadata().getGeneration());
    if (cache.keepsOldTemplate()) {
      return claims.broken();
    }
    claims.same(
        "Stalled",
        cache.condition("Stalled").map(c -> c.getReason() + ": " + c.getMessage()).orElse("absent"),
        "absent");
    claims.same("requestedReplicas", status.requestedReplicas(), cache.requested());
    Set<String> whole = cache.domains(Role.SERVICE);
    whole.retainAll(cache.domains(Role.CACHE));
    Set<String> ready = cache.readyDomains(Role.SERVICE);
    ready.retainAll(cache.readyDomains(Role.CACHE));
    claims.same("colocatedReplicas", status.colocatedReplicas(), whole.size());
    claims.same("readyReplicas", status.readyReplicas(), ready.size());
    int services = cache.alive(Role.SERVICE).size();
    int caches = cache.alive(Role.CACHE).size();
    claims.same("updatedReplicas", status.updatedReplicas(), Math.min(services, caches));
    claims.same("service", status.service(), role(cache, Role.SERVICE));
    claims.same("cache", status.cache(), role(cache, Role.CACHE));
    boolean apart = !cache.alone(Role.SERVICE).isEmpty() || !cache.alone(Role.CACHE).isEmpty();
    claims.same("Colocated", cache.is("Colocated"), apart ? "False" : "True");
    claims.same(
        "CapacityLimited",
        cache.is("CapacityLimited"),
        status.replicas() < cache.requested() ? "True" : "False");
    boolean settled =
        ready.size() == Math.min(services, caches)
            && status.service().readyReplicas() == services
            && status.cache().readyReplicas() == caches;
    claims.same("Reconciling", cache.is("Reconciling"), settled ? "absent" : "True");
    int minimum = cache.requested() == 0 ? 0 : cache.resource().getSpec().minReplicas();
    claims.same("Ready", cache.is("Ready"), settled && ready.size() >= minimum ? "True" : "False");
    if (cache.onReadyNodes()) {
      claims.same("ready pairs on nodes that work", ready.size(), Math.min(services, caches));
    }
    return claims.broken();
  }

  private static RoleStatus role(SeenCache cache, Role role) {
    int alive = cache.alive(role).size();
    int ready =
        (int)
            cache.alive(role).stream()
                .filter(io.fabric8.kubernetes.client.readiness.Readiness::isPodReady)
                .count();
    return new RoleStatus(alive, ready, alive);
  }

  /** What is claimed of a ColocatedCache, and is not so. */
  private record Claims(String name, List<String> broken) {
    Claims(String name) {
      this(name, new ArrayList<>());
    }

    void same(String what, Object claimed, Object truth) {
      if (!Objects.equals(claimed, truth)) {
        broken.add("%s: %s is %s, should be %s".formatted(name, what, claimed, truth));
      }
    }
  }
}
