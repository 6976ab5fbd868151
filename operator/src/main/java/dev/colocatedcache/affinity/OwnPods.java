package dev.colocatedcache.affinity;

/** Tells the pods of the two Deployments of a request from all the others. */
final class OwnPods {

  private enum Kind {
    ANCHOR,
    FOLLOWER,
    FOREIGN
  }

  private final PairRequest request;
  private final PerShape<Kind> kinds;

  OwnPods(PairRequest request, Snapshot snapshot) {
    this.request = request;
    this.kinds =
        new PerShape<>(
            snapshot, Scope.ofNamespace(snapshot, request.namespace()), Kind.FOREIGN, this::kind);
  }

  private Kind kind(PodShape shape) {
    if (shape.deployment() == null || !shape.namespace().equals(request.namespace())) {
      return Kind.FOREIGN;
    }
    if (shape.deployment().equals(request.anchorDeployment())) {
      return Kind.ANCHOR;
    }
    return shape.deployment().equals(request.followerDeployment()) ? Kind.FOLLOWER : Kind.FOREIGN;
  }

  boolean anyOn(NodeInfo node) {
    return anyBoundTo(node) || anyNominatedFor(node);
  }

  private boolean anyBoundTo(NodeInfo node) {
    if (kinds.nothingOn(node)) {
      return false;
    }
    for (int i = 0; i < node.podCount(); i++) {
      if (kinds.of(node, i) != Kind.FOREIGN) {
        return true;
      }
    }
    return false;
  }

  private boolean anyNominatedFor(NodeInfo node) {
    for (PodInfo nominated : node.nominated()) {
      if (include(nominated)) {
        return true;
      }
    }
    return false;
  }

  boolean include(PodInfo pod) {
    return kinds.of(pod) != Kind.FOREIGN;
  }

  /** Whether it is an anchor that runs and stays. */
  boolean isLiveAnchor(PodInfo pod) {
    return pod.live() && kinds.of(pod) == Kind.ANCHOR;
  }

  /** Whether it is a follower that runs and stays. */
  boolean isLiveFollower(PodInfo pod) {
    return pod.live() && kinds.of(pod) == Kind.FOLLOWER;
  }
}
