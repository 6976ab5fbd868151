package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * There are as many anchors as pairs were granted, and as many followers but for anchors that stand
 * where theirs does not fit.
 */
final class CountsAreGranted implements Invariant {
  @Override
  public Stream<String> broken(Observed world) {
    return world.seenCaches().stream()
        .filter(cache -> !cache.keepsOldTemplate())
        .flatMap(cache -> broken(cache).stream());
  }

  private static List<String> broken(SeenCache cache) {
    List<String> broken = new ArrayList<>();
    if (cache.resource().getStatus() == null || cache.resource().getStatus().replicas() == null) {
      return List.of(cache.name() + " has no status");
    }
    int granted = cache.resource().getStatus().replicas();
    int anchors = cache.alive(cache.anchor()).size();
    int followers = cache.alive(cache.follower()).size();
    int misplaced = cache.alone(cache.anchor()).size();
    if (anchors != granted) {
      broken.add("%s has %d anchors, granted: %d".formatted(cache.name(), anchors, granted));
    }
    if (followers != granted - misplaced) {
      broken.add(
          "%s has %d followers, granted: %d, anchors alone: %d"
              .formatted(cache.name(), followers, granted, misplaced));
    }
    for (Role role : Role.values()) {
      int wanted = cache.deployment(role).map(d -> d.getSpec().getReplicas()).orElse(0);
      if (wanted != cache.alive(role).size()) {
        broken.add(
            "%s of %s asks for %d pods and has %d"
                .formatted(role.value(), cache.name(), wanted, cache.alive(role).size()));
      }
    }
    return broken;
  }
}
