package dev.colocatedcache.affinity;

/**
 * A Filter plugin of kube-scheduler's default profile, made ready for one incoming pod and one
 * cluster: what its PreFilter computes is done.
 */
interface Filter {

  /** The verdict of a filter that has nothing against the node. */
  Verdict FITS = new Verdict.Fits();

  /** Whether the pod may run on the node. */
  Verdict verdict(int node, NodeInfo info);

  /** A further pod is on the node from now on. */
  default void add(PodInfo pod, int node) {}

  /** A pod that was added is gone again. */
  default void remove(PodInfo pod, int node) {}
}
