package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * There is a Deployment, a Service and a budget a role, all of them of the ColocatedCache that is
 * there now and as it made them, and nothing is left of those that are gone.
 */
final class ChildrenAreExact implements Invariant {
  @Override
  public Stream<String> broken(Observed world) {
    Set<String> expected = new TreeSet<>();
    for (SeenCache cache : world.seenCaches()) {
      for (String name : List.of(cache.name(), cache.name() + "-cache")) {
        expected.add(name + " of " + cache.resource().getMetadata().getUid());
      }
    }
    Stream<String> children =
        Map.of(
                "Deployments", world.deployments().values(),
                "Services", world.services().values(),
                "PodDisruptionBudgets", world.budgets().values())
            .entrySet()
            .stream()
            .filter(kind -> !names(kind.getValue()).equals(expected))
            .map(kind -> kind.getKey() + " are " + names(kind.getValue()) + ", not " + expected);
    Stream<String> gone =
        world.caches().values().stream()
            .filter(cache -> cache.getMetadata().getDeletionTimestamp() != null)
            .map(cache -> cache.getMetadata().getName() + " is still being deleted");
    return Stream.of(children, gone, orphans(world), edited(world)).flatMap(all -> all);
  }

  private static Set<String> names(Collection<? extends HasMetadata> objects) {
    return objects.stream()
        .filter(object -> object.getMetadata().getLabels() != null)
        .filter(object -> object.getMetadata().getLabels().containsKey(Labels.ROLE))
        .map(
            object ->
                object.getMetadata().getName()
                    + " of "
                    + object.getMetadata().getOwnerReferences().stream()
                        .map(OwnerReference::getUid)
                        .collect(Collectors.joining()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> orphans(Observed world) {
    Set<String> there =
        world.seenCaches().stream().map(SeenCache::name).collect(Collectors.toSet());
    return world.pods().stream()
        .filter(pod -> SeenCache.label(pod, Labels.ROLE) != null)
        .filter(pod -> !there.contains(SeenCache.label(pod, Labels.INSTANCE)))
        .map(Pod::getMetadata)
        .map(pod -> "pod " + pod.getName() + " is left over");
  }

  private static Stream<String> edited(Observed world) {
    return world.seenCaches().stream()
        .filter(cache -> !cache.keepsOldTemplate())
        .flatMap(cache -> Stream.of(Role.values()).flatMap(role -> cache.deployment(role).stream()))
        .filter(
            deployment ->
                Boolean.TRUE.equals(deployment.getSpec().getPaused())
                    || deployment
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .toString()
                        .contains(World.EDITED))
        .map(
            deployment ->
                "Deployment "
                    + deployment.getMetadata().getName()
                    + " is paused, or still as somebody edited it");
  }
}
