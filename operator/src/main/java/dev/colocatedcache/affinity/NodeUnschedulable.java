package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;

/** Rejects cordoned nodes, unless the pod tolerates the taint that they carry. */
final class NodeUnschedulable implements Filter {

  private static final Verdict REJECTED =
      Rejected.unresolvable("NodeUnschedulable", "node(s) were unschedulable");

  private static final Taint UNSCHEDULABLE =
      new Taint("node.kubernetes.io/unschedulable", "", "NoSchedule");

  private final boolean tolerated;

  NodeUnschedulable(IncomingPod pod) {
    this.tolerated = Toleration.anyTolerates(pod.tolerations(), UNSCHEDULABLE);
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    return info.unschedulable() && !tolerated ? REJECTED : FITS;
  }
}
