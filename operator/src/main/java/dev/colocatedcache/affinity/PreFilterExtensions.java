package dev.colocatedcache.affinity;

/**
 * What a filter implements that counts pods all over the cluster: its counts follow pods that come
 * and go.
 */
interface PreFilterExtensions {

  /** A further pod is on the node from now on. */
  void add(PodInfo pod, int node);

  /** A pod that was added is gone again. */
  void remove(PodInfo pod, int node);
}
