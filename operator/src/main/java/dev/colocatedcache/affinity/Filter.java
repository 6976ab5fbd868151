package dev.colocatedcache.affinity;

/**
 * A Filter plugin of kube-scheduler's default profile, made ready for one incoming pod and one
 * cluster: what its PreFilter computes is done.
 */
interface Filter {

  /** The verdict of a filter that has nothing against the node. */
  Verdict FITS = new Verdict.Fits();

  /** Whether the pod says nothing that the filter could hold against any node. */
  default boolean skips() {
    return false;
  }

  /** Whether the pod may run on the node, the one at that position of the snapshot. */
  Verdict verdict(int node, NodeInfo info);
}
