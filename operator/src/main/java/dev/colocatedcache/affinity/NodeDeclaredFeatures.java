package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.Set;

/** Rejects nodes whose kubelet does not declare a feature that the pod needs (KEP-5328). */
final class NodeDeclaredFeatures implements Filter {

  private static final Verdict REJECTED =
      Rejected.unresolvable("NodeDeclaredFeatures", "node(s) didn't match Pod's required features");

  private final Set<String> needed;

  NodeDeclaredFeatures(IncomingPod pod, KubernetesVersion version) {
    this.needed = version.atLeast(1, 36) ? pod.neededFeatures() : Set.of();
  }

  @Override
  public boolean skips() {
    return needed.isEmpty();
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    return info.declaredFeatures().containsAll(needed) ? FITS : REJECTED;
  }
}
