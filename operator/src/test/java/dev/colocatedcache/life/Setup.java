package dev.colocatedcache.life;

import dev.colocatedcache.testing.PairManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a world begins with.
 *
 * @param nodes four to eight
 * @param caches one to three ColocatedCaches, which compete for them
 */
record Setup(List<NodeShape> nodes, List<CacheShape> caches) {
  /** The label of nodes that one half of some ColocatedCaches asks for. */
  static final String POOL = "life.colocatedcache.dev/pool";

  private static final List<Integer> SIZES = List.of(300, 550, 1000, 2000);

  Setup {
    nodes = List.copyOf(nodes);
    caches = List.copyOf(caches);
  }

  /** A node; of 300m it holds one half and no pair, of 2000m a pair of each ColocatedCache. */
  record NodeShape(int number, int cpuMillis) {}

  /**
   * A ColocatedCache.
   *
   * @param pooled the half that goes to nodes of the pool only: service, cache, or none
   */
  record CacheShape(
      int number,
      int replicas,
      String anchor,
      String pairing,
      int serviceMillis,
      int cacheMillis,
      String pooled,
      int maxUnavailable) {

    String name() {
      return nameOf(number);
    }

    /** As a user writes it. */
    PairManifest manifest() {
      String containers = "/template/spec/containers/0/resources/requests/cpu";
      PairManifest manifest =
          PairManifest.named(name())
              .replicas(replicas)
              .with("/spec/placement", "{anchor: %s, pairing: %s}".formatted(anchor, pairing))
              // A grant is held for no node that has gone: what is granted is what fits now.
              .with("/spec/capacity", "{scaleDownDelaySeconds: 0}")
              .with("/spec/updateStrategy/maxUnavailable", Integer.toString(maxUnavailable))
              // What is granted is compared with the cluster as it is, not as it was.
              .with("/spec/capacity/scaleDownDelaySeconds", "0")
              .with("/spec/service" + containers, serviceMillis + "m")
              .with("/spec/cache" + containers, cacheMillis + "m");
      return pooled.equals("none")
          ? manifest
          : manifest.with(
              "/spec/" + pooled + "/template/spec/nodeSelector", "{%s: in}".formatted(POOL));
    }
  }

  static String nameOf(int cache) {
    return "c" + cache;
  }

  /** A world of some kind. */
  static Setup draw(RandomGenerator random) {
    List<NodeShape> nodes = new ArrayList<>();
    int howMany = random.nextInt(4, 9);
    for (int number = 1; number <= howMany; number++) {
      nodes.add(new NodeShape(number, size(random)));
    }
    List<CacheShape> caches = new ArrayList<>();
    int contenders = random.nextInt(1, 4);
    for (int number = 1; number <= contenders; number++) {
      caches.add(
          new CacheShape(
              number,
              random.nextInt(1, howMany + 1),
              random.nextBoolean() ? "Cache" : "Service",
              random.nextBoolean() ? "BestEffort" : "Guaranteed",
              random.nextBoolean() ? 100 : 250,
              random.nextBoolean() ? 150 : 250,
              List.of("none", "none", "service", "cache").get(random.nextInt(4)),
              random.nextInt(4) == 0 ? 2 : 1));
    }
    return new Setup(nodes, caches);
  }

  static int size(RandomGenerator random) {
    return SIZES.get(Math.min(SIZES.size() - 1, random.nextInt(SIZES.size() + 2)));
  }
}
