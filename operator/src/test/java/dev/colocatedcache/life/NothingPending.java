package dev.colocatedcache.life;

import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.stream.Stream;

/** No pod of ours waits for a node, none is on its way out, and those of nodes that work run. */
final class NothingPending implements Invariant {
  @Override
  public Stream<String> broken(Observed world) {
    return world.pods().stream()
        .filter(pod -> SeenCache.label(pod, Labels.ROLE) != null)
        .flatMap(pod -> broken(world, pod));
  }

  private static Stream<String> broken(Observed world, Pod pod) {
    String name = "pod " + pod.getMetadata().getName();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return Stream.of(name + " is terminating");
    }
    String node = pod.getSpec().getNodeName();
    if (node == null) {
      String why =
          pod.getStatus().getConditions().stream()
              .filter(c -> "PodScheduled".equals(c.getType()))
              .map(c -> c.getReason() + ": " + c.getMessage())
              .findFirst()
              .orElse("nobody has looked at it");
      return Stream.of(name + " is Pending: " + why);
    }
    boolean ready =
        pod.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    return world.isReady(node) && !ready
        ? Stream.of(name + " is not Ready on " + node)
        : Stream.empty();
  }
}
