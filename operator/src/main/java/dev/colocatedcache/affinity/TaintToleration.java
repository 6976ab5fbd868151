package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.List;

/** Rejects nodes with a taint of effect NoSchedule or NoExecute that the pod does not tolerate. */
final class TaintToleration implements Filter {

  private static final String NAME = "TaintToleration";
  private static final Verdict REJECTED =
      Rejected.unresolvable(NAME, "node(s) had untolerated taint(s)");

  private final List<Toleration> tolerations;
  private final boolean taintIsNamed;

  TaintToleration(IncomingPod pod, KubernetesVersion version) {
    this.tolerations = pod.tolerations();
    // Taken away within a minor version: 1.34.1 still names it, 1.34.2 does not.
    this.taintIsNamed = !version.atLeast(1, 34, 2);
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    for (Taint taint : info.taints()) {
      if (taint.repels() && !Toleration.anyTolerates(tolerations, taint)) {
        return taintIsNamed ? rejectedFor(taint) : REJECTED;
      }
    }
    return FITS;
  }

  private static Verdict rejectedFor(Taint taint) {
    return Rejected.unresolvable(
        NAME, "node(s) had untolerated taint {" + taint.key() + ": " + taint.value() + "}");
  }
}
