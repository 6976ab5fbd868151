package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** At most one pair a domain, and no half alone that could be whole. */
final class PairsAreWhole implements Invariant {
  @Override
  public Stream<String> broken(Observed world) {
    return world.seenCaches().stream()
        .flatMap(
            cache ->
                Stream.of(twice(cache), followersAlone(cache), anchorsAlone(cache))
                    .flatMap(all -> all));
  }

  private static Stream<String> twice(SeenCache cache) {
    return Stream.of(Role.values())
        .filter(
            role ->
                cache.domains(role).size()
                    < cache.alive(role).stream().filter(pod -> cache.domain(pod) != null).count())
        .map(
            role -> "two pods of the %s of %s in one domain".formatted(role.value(), cache.name()));
  }

  private static Stream<String> followersAlone(SeenCache cache) {
    Set<String> alone = cache.alone(cache.follower());
    return alone.isEmpty() || !cache.heals() || cache.keepsOldTemplate()
        ? Stream.empty()
        : Stream.of("followers of %s are alone on %s".formatted(cache.name(), alone));
  }

  private static Stream<String> anchorsAlone(SeenCache cache) {
    Set<String> alone = cache.alone(cache.anchor());
    if (alone.isEmpty() || cache.planned().isEmpty() || cache.keepsOldTemplate()) {
      return Stream.empty();
    }
    Set<String> couldBeWhole = new TreeSet<>(alone);
    couldBeWhole.retainAll(cache.planned().get().domains());
    if (!couldBeWhole.isEmpty()) {
      return Stream.of(
          "anchors of %s are alone where their followers fit, on %s"
              .formatted(cache.name(), couldBeWhole));
    }
    Set<String> room = new TreeSet<>(cache.planned().get().domains());
    room.removeAll(cache.domains(cache.anchor()));
    return cache.guaranteed() && cache.heals() && !room.isEmpty()
        ? Stream.of(
            "anchors of %s are alone on %s, while pairs fit on %s"
                .formatted(cache.name(), alone, room))
        : Stream.empty();
  }
}
