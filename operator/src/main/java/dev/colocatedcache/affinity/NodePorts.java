package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.List;

/**
 * Rejects nodes where a pod has a host port already that the incoming pod wants; its own may be the
 * same twice.
 */
final class NodePorts implements Filter {

  private static final Verdict REJECTED =
      Rejected.unschedulable(
          "NodePorts", "node(s) didn't have free ports for the requested pod ports");

  private final List<HostPort> wanted;

  NodePorts(IncomingPod pod) {
    this.wanted = pod.shape().hostPorts();
  }

  @Override
  public boolean skips() {
    return wanted.isEmpty();
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    for (HostPort taken : info.hostPorts()) {
      for (HostPort port : wanted) {
        if (port.conflictsWith(taken)) {
          return REJECTED;
        }
      }
    }
    return FITS;
  }
}
