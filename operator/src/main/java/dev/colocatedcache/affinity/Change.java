package dev.colocatedcache.affinity;

import java.util.Set;
import java.util.TreeSet;

/**
 * What a change of the cluster can do to verdicts.
 *
 * @param nodes the nodes whose own view changed: the node itself or the pods on it
 * @param clusterWide whether verdicts on any other node may have changed too, whatever they look at
 */
public record Change(Set<String> nodes, boolean clusterWide) {

  /** Nothing that a filter looks at: a heartbeat, a condition, a status. */
  public static final Change NONE = new Change(Set.of(), false);

  /** Anything may have changed. */
  public static final Change CLUSTER_WIDE = new Change(Set.of(), true);

  public Change {
    nodes = Set.copyOf(nodes);
  }

  static Change of(String node) {
    return new Change(Set.of(node), false);
  }

  /** Whether no verdict can have changed. */
  public boolean isNone() {
    return nodes.isEmpty() && !clusterWide;
  }

  /** Both changes in one. */
  public Change and(Change other) {
    if (isNone()) {
      return other;
    }
    if (other.isNone()) {
      return this;
    }
    Set<String> both = new TreeSet<>(nodes);
    both.addAll(other.nodes);
    return new Change(both, clusterWide || other.clusterWide);
  }
}
