package dev.colocatedcache.life;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** As a HorizontalPodAutoscaler does that cannot make up its mind. */
record ScaleBackAndForth(int cache, List<Integer> replicas, int millis) implements Operation {

  ScaleBackAndForth {
    replicas = List.copyOf(replicas);
  }

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(
            cache -> {
              int most = world.nodes.size() + 2;
              List<Integer> replicas = random.ints(random.nextInt(2, 5), 1, most).boxed().toList();
              world.caches.put(cache, replicas.get(replicas.size() - 1));
              return new ScaleBackAndForth(cache, replicas, random.nextInt(50, 1500));
            });
  }

  @Override
  public void play(World world) {
    for (int pairs : replicas) {
      world.scale(cache, pairs);
      Pause.of(millis);
    }
  }
}
