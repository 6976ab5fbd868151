package dev.colocatedcache.life;

import dev.colocatedcache.cli.FreshPlan.Planned;
import java.util.stream.Stream;

/** What was granted is what the evaluator says of the cluster as it is now. */
final class GrantedAsPlanned implements Invariant {
  /** What the definition gives to one that no operator has seen. */
  private static final Long UNSEEN = -1L;

  @Override
  public Stream<String> broken(Observed world) {
    return world.seenCaches().stream()
        .filter(cache -> cache.planned().isPresent())
        .filter(cache -> cache.resource().getStatus() != null)
        .filter(cache -> !UNSEEN.equals(cache.resource().getStatus().observedGeneration()))
        .flatMap(
            cache ->
                cache.keepsOldTemplate()
                    ? stalled(cache, cache.planned().get())
                    : granted(cache, cache.planned().get()));
  }

  private static Stream<String> granted(SeenCache cache, Planned planned) {
    var status = cache.resource().getStatus();
    if (status.replicas() == null || planned.granted() != status.replicas()) {
      return Stream.of(
          "%s: %s pairs are granted, the evaluator says %d: %s"
              .formatted(cache.name(), status.replicas(), planned.granted(), planned.message()));
    }
    return status.capacity().eligibleNodes() == planned.eligible()
        ? Stream.empty()
        : Stream.of(
            "%s: %d nodes are eligible, the evaluator says %d: %s"
                .formatted(
                    cache.name(),
                    status.capacity().eligibleNodes(),
                    planned.eligible(),
                    planned.message()));
  }

  private static Stream<String> stalled(SeenCache cache, Planned planned) {
    int running =
        Math.min(cache.alive(cache.anchor()).size(), cache.alive(cache.follower()).size());
    int needed = Math.min(cache.resource().getSpec().minReplicas(), running);
    return planned.anew() < Math.min(cache.requested(), needed)
        ? Stream.empty()
        : Stream.of(
            "%s keeps its old template, while of the new one %d pairs would fit"
                .formatted(cache.name(), planned.anew()));
  }
}
