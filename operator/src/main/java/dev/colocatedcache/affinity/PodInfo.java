package dev.colocatedcache.affinity;

import java.util.Objects;

/**
 * What is kept of a pod: compact, immutable, most of it shared with the other pods of its
 * ReplicaSet.
 */
public final class PodInfo {

  /** {@code status.phase}. */
  public enum Phase {
    PENDING,
    RUNNING,
    SUCCEEDED,
    FAILED,
    UNKNOWN
  }

  private final String name;
  private final PodShape shape;
  private final int shapeId;
  private final int namespaceId;
  private final String node;
  private final Phase phase;
  private final boolean nominated;
  private final boolean terminating;
  private final boolean ready;

  PodInfo(
      String name,
      PodShape shape,
      int shapeId,
      int namespaceId,
      String node,
      Phase phase,
      boolean nominated,
      boolean terminating,
      boolean ready) {
    this.name = name;
    this.shape = shape;
    this.shapeId = shapeId;
    this.namespaceId = namespaceId;
    this.node = node;
    this.phase = phase;
    this.nominated = nominated;
    this.terminating = terminating;
    this.ready = ready;
  }

  public String namespace() {
    return shape.namespace();
  }

  public String name() {
    return name;
  }

  /**
   * The node that the pod is bound to or, if only {@link #nominated()}, promised; null if neither.
   */
  public String node() {
    return node;
  }

  /**
   * Whether the pod is not bound to {@link #node()} yet, but preemption makes room for it there.
   */
  public boolean nominated() {
    return nominated;
  }

  public Phase phase() {
    return phase;
  }

  /** Whether the pod has a deletionTimestamp. */
  public boolean terminating() {
    return terminating;
  }

  /** Whether the pod's condition Ready is True. */
  public boolean ready() {
    return ready;
  }

  /** The pod's priority; 0 if none was admitted. */
  public int priority() {
    return shape.priority();
  }

  /** The ReplicaSet that controls the pod, or null. */
  public String replicaSet() {
    return shape.replicaSet();
  }

  /**
   * The Deployment that made the pod, or null: a ReplicaSet of a Deployment is named after it and
   * the label pod-template-hash.
   */
  public String deployment() {
    return shape.deployment();
  }

  /** The value of one of the pod's labels, or null. */
  public String label(String key) {
    return shape.labels().get(key);
  }

  /** Bound to a node, and neither ended nor ending. */
  public boolean live() {
    return onNode() && !nominated && !terminating;
  }

  /** Whether the pod holds, or is promised, room on a node. */
  boolean onNode() {
    return node != null && phase != Phase.SUCCEEDED && phase != Phase.FAILED;
  }

  /** Whether no filter can tell this pod from the other. */
  boolean countsAs(PodInfo other) {
    return this == other
        || (onNode() == other.onNode()
            && nominated == other.nominated
            && terminating == other.terminating
            && Objects.equals(node, other.node)
            && Objects.equals(shape, other.shape));
  }

  /** The same pod of another shape. */
  PodInfo shapedAs(PodShape other, int id) {
    return new PodInfo(name, other, id, namespaceId, node, phase, nominated, terminating, ready);
  }

  PodShape shape() {
    return shape;
  }

  /** Distinct for each shape within a snapshot, and small. */
  int shapeId() {
    return shapeId;
  }

  /** Distinct for each namespace within a snapshot, and small. */
  int namespaceId() {
    return namespaceId;
  }

  @Override
  public String toString() {
    return namespace() + "/" + name;
  }
}
