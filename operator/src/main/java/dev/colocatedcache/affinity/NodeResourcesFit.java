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
    Resources free = info.free();
    if (info.podsFree() > 0
        && request.milliCpu <= free.milliCpu
        && request.memory <= free.memory
        && request.ephemeralStorage <= free.ephemeralStorage
        && request.scalarNames.length == 0) {
      return FITS;
    }
    Resources allocatable = info.allocatable();
    Shortage shortage = new Shortage();
    if (info.podsFree() < 1) {
      shortage.add("Too many pods");
    }
    shortage.check("Insufficient cpu", request.milliCpu, allocatable.milliCpu, free.milliCpu);
    shortage.check("Insufficient memory", request.memory, allocatable.memory, free.memory);
    shortage.check(
        "Insufficient ephemeral-storage",
        request.ephemeralStorage,
        allocatable.ephemeralStorage,
        free.ephemeralStorage);
    for (String name : request.scalarNames) {
      shortage.check(
          "Insufficient " + name,
          request.scalar(name),
          allocatable.scalar(name),
          free.scalar(name));
    }
    return shortage.verdict();
  }

  /** What a node lacks; all of it is reported. */
  private static final class Shortage {

    private List<String> reasons = List.of();
    private boolean evenIfEmpty;

    void check(String reason, long wanted, long allocatable, long free) {
      if (wanted > 0 && wanted > free) {
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
