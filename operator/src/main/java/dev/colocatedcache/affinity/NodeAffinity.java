package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;

/** Rejects nodes that the pod's nodeSelector or required node affinity does not allow. */
final class NodeAffinity implements Filter {

  static final String NAME = "NodeAffinity";

  private static final Verdict REJECTED =
      Rejected.unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");

  private final RequiredNodeAffinity required;

  NodeAffinity(IncomingPod pod) {
    this.required = pod.nodeAffinity();
  }

  @Override
  public boolean skips() {
    return required.isEmpty();
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    return required.matches(info) ? FITS : REJECTED;
  }
}
