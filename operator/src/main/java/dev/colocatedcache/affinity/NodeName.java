package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;

/** Rejects all nodes but the one that the pod asks for by name, if it does. */
final class NodeName implements Filter {

  private static final Verdict REJECTED =
      Rejected.unresolvable("NodeName", "node(s) didn't match the requested node name");

  private final String wanted;

  NodeName(IncomingPod pod) {
    this.wanted = pod.nodeName();
  }

  @Override
  public boolean skips() {
    return wanted.isEmpty();
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    return wanted.equals(info.name()) ? FITS : REJECTED;
  }
}
