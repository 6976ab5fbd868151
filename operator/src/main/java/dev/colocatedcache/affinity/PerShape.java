package dev.colocatedcache.affinity;

import java.util.Arrays;
import java.util.function.Function;

/**
 * What pods of each shape mean to someone: worked out once a shape, when the first pod of it is
 * met.
 */
final class PerShape<T> {

  /** Room for so many shapes is made at a time, where pods have some that no pod had before. */
  private static final int MORE_SHAPES = 64;

  private final Scope scope;
  private final T nothing;
  private final Function<PodShape, T> meaning;

  /** By number of the shape; null as long as none was met. */
  private Object[] known;

  /**
   * Meanings.
   *
   * @param scope the pods that have a meaning
   * @param nothing what all others mean
   * @param meaning what a pod in scope means
   */
  PerShape(Snapshot snapshot, Scope scope, T nothing, Function<PodShape, T> meaning) {
    this.scope = scope;
    this.nothing = nothing;
    this.meaning = meaning;
    this.known = new Object[snapshot.shapeIds()];
  }

  /** Whether it is certain, without a look at any pod, that all pods on a node mean nothing. */
  boolean nothingOn(NodeInfo node) {
    return !scope.mayInclude(node);
  }

  /** What a pod on a node means. */
  T of(NodeInfo node, int pod) {
    if (!scope.includes(node, pod)) {
      return nothing;
    }
    T found = known(node.shapeId(pod));
    return found != null ? found : of(node.pod(pod));
  }

  T of(PodInfo pod) {
    T found = known(pod.shapeId());
    if (found == null) {
      found = meaning.apply(pod.shape());
      if (pod.shapeId() >= known.length) {
        known = Arrays.copyOf(known, pod.shapeId() + MORE_SHAPES);
      }
      known[pod.shapeId()] = found;
    }
    return found;
  }

  @SuppressWarnings("unchecked")
  private T known(int shape) {
    return shape < known.length ? (T) known[shape] : null;
  }
}
