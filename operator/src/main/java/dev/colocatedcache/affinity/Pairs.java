package dev.colocatedcache.affinity;

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
    return new PairSearch(snapshot, request, version).evaluate();
  }

  /** A watch over what can change the evaluation of the request. */
  public PairWatch watch(PairRequest request) {
    return new PairWatch(request, version);
  }
}
