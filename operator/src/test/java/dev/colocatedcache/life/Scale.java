package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code kubectl scale ccache}. */
record Scale(int cache, int replicas) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(
            cache -> {
              int replicas = random.nextInt(0, world.nodes.size() + 2);
              world.caches.put(cache, replicas);
              return new Scale(cache, replicas);
            });
  }

  @Override
  public void play(World world) {
    world.scale(cache, replicas);
  }
}
