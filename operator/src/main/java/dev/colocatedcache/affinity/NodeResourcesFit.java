package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Code;
import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayList;
import java.util.List;

/**
 * Rejects nodes without room: for one pod more, or for one of the resources that the pod asks for.
 * A resource of which it asks nothing is not looked at, even where it is overcommitted.
 */
final class NodeResourcesFit implements Filter {

  private final Resources request;

  NodeResourcesFit(IncomingPod pod) {
    this.request = pod.shape().requests();
  }

  @Override
  public Verdict verdict(int node, NodeInfo info) {
    Resources allocatable = info.allocatable();
    Resources requested = info.occupancy().requested();
    Shortage shortage = new Shortage();
    if (info.occupancy().pods() + 1 > allocatable.pods) {
      shortage.add("Too many pods");
    }
    shortage.check("Insufficient cpu", request.milliCpu, allocatable.milliCpu, requested.milliCpu);
    shortage.check("Insufficient memory", request.memory, allocatable.memory, requested.memory);
    shortage.check(
        "Insufficient ephemeral-storage",
        request.ephemeralStorage,
        allocatable.ephemeralStorage,
        requested.ephemeralStorage);
    for (String name : request.scalarNames) {
      shortage.check(
          "Insufficient " + name,
          request.scalar(name),
          allocatable.scalar(name),
          requested.scalar(name));
    }
    return shortage.verdict();
  }

  /** What a node lacks; all of it is reported. */
  private static final class Shortage {

    private List<String> reasons = List.of();
    private boolean evenIfEmpty;

    void check(String reason, long wanted, long allocatable, long requested) {
      if (wanted > 0 && wanted > allocatable - requested) {
        add(reason);
        evenIfEmpty |= wanted > allocatable;
      }
    }

    void add(String reason) {
      if (reasons.isEmpty()) {
        reasons = new ArrayList<>();
      }
      reasons.add(reason);
    }

    Verdict verdict() {
      return reasons.isEmpty()
          ? FITS
          : new Rejected(
              "NodeResourcesFit",
              reasons,
              evenIfEmpty ? Code.UNSCHEDULABLE_AND_UNRESOLVABLE : Code.UNSCHEDULABLE);
    }
  }
}
