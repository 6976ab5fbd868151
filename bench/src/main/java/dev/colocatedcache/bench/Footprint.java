package dev.colocatedcache.bench;

import dev.colocatedcache.affinity.ClusterModel;

/**
 * Prints how many bytes of heap a pod takes in a model with its snapshot: the difference between
 * the heap with 5,000 nodes and with 150,000 pods on them.
 */
final class Footprint {

  private static final int NODES = 5000;
  private static final int PODS_PER_NODE = 30;

  private Footprint() {}

  public static void main(String[] arguments) {
    MadeUpCluster cluster = new MadeUpCluster(NODES, PODS_PER_NODE);
    ClusterModel model = new ClusterModel();
    cluster.forEachNamespace(model::putNamespace);
    cluster.forEachNode(model::putNode);
    model.snapshot();
    long without = used();
    cluster.forEachPod(model::putPod);
    model.snapshot();
    long with = used();
    // Also keeps the model until here.
    int pods = model.snapshot().nodes().stream().mapToInt(node -> node.pods().size()).sum();
    if (pods != NODES * PODS_PER_NODE) {
      throw new IllegalStateException("the model has " + pods + " pods");
    }
    System.out.println((with - without) / pods);
  }

  private static long used() {
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
