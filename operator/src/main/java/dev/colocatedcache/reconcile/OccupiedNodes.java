package dev.colocatedcache.reconcile;

import dev.colocatedcache.cluster.RunningPod;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Nodes that one more anchor would not go to, for one is there and stays. */
final class OccupiedNodes {
  private OccupiedNodes() {}

  /**
   * The nodes.
   *
   * <p>An anchor whose follower does not fit beside it stays as long as fewer others are Ready than
   * are granted. Then it is one too many: it goes, and its node takes the next. It may not go
   * before, for of several anchors a ReplicaSet deletes one that is not Ready first, whatever their
   * deletion costs say: that would be the one that has come in its place, again and again.
   *
   * @param anchors all pods of the anchor
   * @param granted pairs
   * @param misplaced nodes where an anchor runs whose follower does not fit
   */
  static Set<String> of(Collection<RunningPod> anchors, int granted, Collection<String> misplaced) {
    List<RunningPod> placed =
        anchors.stream().filter(pod -> !pod.terminating() && pod.node() != null).toList();
    boolean enough =
        placed.stream().filter(pod -> pod.ready() && !misplaced.contains(pod.node())).count()
            >= granted;
    return placed.stream()
        .map(RunningPod::node)
        .filter(node -> !enough || !misplaced.contains(node))
        .collect(Collectors.toUnmodifiableSet());
  }
}
