package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Pairs among the pods that run: in each topology domain as many as there are of the rarer half.
 *
 * @param colocated pairs of which both halves run, neither of them terminating
 * @param ready those of which both halves are Ready
 * @param apart halves that run without the other half in their domain. A new pod beside the old one
 *     of the same half, as a rollout that surges has it, is not apart
 */
public record PairCount(int colocated, int ready, int apart) {

  /** Counts the pairs among {@code pods}. */
  public static PairCount of(Collection<OwnPod> pods) {
    Map<String, Halves> domains = new HashMap<>();
    int withoutDomain = 0;
    for (OwnPod pod : pods) {
      if (pod.terminating() || pod.node() == null) {
        continue;
      }
      if (pod.domain() == null) {
        withoutDomain++;
      } else {
        domains.merge(pod.domain(), Halves.of(pod), Halves::plus);
      }
    }
    int colocated = 0;
    int ready = 0;
    int apart = withoutDomain;
    for (Halves halves : domains.values()) {
      colocated += Math.min(halves.services, halves.caches);
      ready += Math.min(halves.readyServices, halves.readyCaches);
      apart += halves.services == 0 || halves.caches == 0 ? halves.services + halves.caches : 0;
    }
    return new PairCount(colocated, ready, apart);
  }

  private record Halves(int services, int caches, int readyServices, int readyCaches) {

    static Halves of(OwnPod pod) {
      int ready = pod.ready() ? 1 : 0;
      return pod.role() == Role.SERVICE ? new Halves(1, 0, ready, 0) : new Halves(0, 1, 0, ready);
    }

    Halves plus(Halves other) {
      return new Halves(
          services + other.services,
          caches + other.caches,
          readyServices + other.readyServices,
          readyCaches + other.readyCaches);
    }
  }
}
