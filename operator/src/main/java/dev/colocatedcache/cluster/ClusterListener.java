package dev.colocatedcache.cluster;

import dev.colocatedcache.affinity.Change;

/** Hears what changes in the cluster, on an informer's thread: an answer must be quick. */
public interface ClusterListener {

  /** Verdicts of the affinity evaluator may be other than before. */
  void verdictsMayChange(Change change);

  /** What ResourceQuotas leave in that namespace may be other than before. */
  void quotasChanged(String namespace);

  /** A pod of that Deployment came, went, moved, or changed its readiness. */
  void podsChanged(String namespace, String deployment);
}
