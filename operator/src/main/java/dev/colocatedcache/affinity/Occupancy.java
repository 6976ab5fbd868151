package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.List;

/**
 * What of a node is taken.
 *
 * @param pods how many pods it runs
 * @param requested what they ask for, together
 * @param hostPorts the ports that they have open
 */
record Occupancy(int pods, Resources requested, List<HostPort> hostPorts) {

  private static final Occupancy NONE = new Occupancy(0, Resources.NONE, List.of());

  static Occupancy of(PodInfo[] pods) {
    Occupancy sum = NONE;
    for (PodInfo pod : pods) {
      sum = sum.plus(pod.shape());
    }
    return sum;
  }

  /** The same with one pod more. */
  Occupancy plus(PodShape pod) {
    List<HostPort> ports = hostPorts;
    if (!pod.hostPorts().isEmpty()) {
      ports = new ArrayList<>(hostPorts);
      ports.addAll(pod.hostPorts());
    }
    return new Occupancy(pods + 1, requested.plus(pod.requests()), ports);
  }
}
