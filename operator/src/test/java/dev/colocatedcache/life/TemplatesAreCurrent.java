package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** All pods are of the template that the ColocatedCache has now. */
final class TemplatesAreCurrent implements Invariant {
  @Override
  public Stream<String> broken(Observed world) {
    return world.seenCaches().stream()
        .filter(cache -> !cache.keepsOldTemplate())
        .flatMap(cache -> Stream.of(Role.values()).flatMap(role -> broken(cache, role)));
  }

  private static Stream<String> broken(SeenCache cache, Role role) {
    ObjectMeta template =
        (role == Role.SERVICE
                ? cache.resource().getSpec().service()
                : cache.resource().getSpec().cache())
            .template()
            .getMetadata();
    String version = template == null ? null : version(template.getAnnotations());
    return cache.alive(role).stream()
        .map(pod -> pod.getMetadata())
        .filter(pod -> !Objects.equals(version, version(pod.getAnnotations())))
        .map(
            pod ->
                "pod %s is of version %s, not %s"
                    .formatted(pod.getName(), version(pod.getAnnotations()), version));
  }

  private static String version(Map<String, String> annotations) {
    return annotations == null ? null : annotations.get(World.VERSION);
  }
}
