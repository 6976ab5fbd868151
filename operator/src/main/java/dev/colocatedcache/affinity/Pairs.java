package dev.colocatedcache.affinity;

import java.util.function.Function;

/** Counts the pairs that fit into a cluster. */
public final class Pairs {

  private final KubernetesVersion version;

  /** Counts as the scheduler of the given version of Kubernetes would place. */
  public Pairs(KubernetesVersion version) {
    this.version = version;
  }

  /**
   * Places pairs one after the other, anchor before follower, until no domain takes a further one.
   * The pods that the two Deployments have already count as gone, but for pairs that still run.
   */
  public PairEvaluation evaluate(Snapshot snapshot, PairRequest request) {
    return evaluate(snapshot, request, pod -> null);
  }

  /**
   * The same where some pods go together if one has to make room.
   *
   * @param owners the rank of the pairs that a pod is a half of; null where it is of none
   */
  public PairEvaluation evaluate(
      Snapshot snapshot, PairRequest request, Function<PodInfo, Rank> owners) {
    return new Preemption(snapshot, request, version, owners)
        .beyond(new PairSearch(snapshot, request, version).evaluate());
  }

  /**
   * The same as if none of the two Deployments' pods were there, those of pairs that still run
   * included: what would be left of the pairs once every pod has been replaced.
   */
  public PairEvaluation evaluateAnew(Snapshot snapshot, PairRequest request) {
    OwnPods own = new OwnPods(request, snapshot);
    NodeInfo[] nodes = snapshot.copyOfNodes();
    for (int node = 0; node < nodes.length; node++) {
      if (own.anyOn(nodes[node])) {
        nodes[node] = nodes[node].without(own::include);
      }
    }
    return evaluate(snapshot.withPods(nodes), request);
  }

  /**
   * Where a new pod of one half would fit beside the old one, in the domains of pairs that run.
   *
   * @param half {@code ANCHOR} or {@code FOLLOWER}
   */
  public RoomBeside roomBeside(Snapshot snapshot, PairRequest request, NodeRejection.Role half) {
    return RoomBeside.of(snapshot, request, half, version);
  }

  /**
   * Whether a pod of one of the halves, made of whichever template, fits on any node beside all
   * that runs.
   */
  public boolean fitsAnywhere(Snapshot snapshot, PairRequest request, IncomingPod pod) {
    return RoomBeside.anywhere(snapshot, request, pod, version);
  }

  /** A watch over what can change the evaluation of the request. */
  public PairWatch watch(PairRequest request) {
    return new PairWatch(request, version);
  }
}
