package dev.colocatedcache.life;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.stream.Stream;

/** Marks for scaling down are taken away from pods that stay. */
final class NoMarkIsLeft implements Invariant {
  private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  @Override
  public Stream<String> broken(Observed world) {
    return world.pods().stream()
        .map(Pod::getMetadata)
        .filter(pod -> pod.getAnnotations() != null && pod.getAnnotations().containsKey(COST))
        .map(pod -> "pod " + pod.getName() + " is still marked to go first");
  }
}
