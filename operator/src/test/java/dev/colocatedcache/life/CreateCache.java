package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A ColocatedCache that was deleted is applied again, perhaps before the old one is gone. */
record CreateCache(int cache) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.deletedCaches, random)
        .map(
            cache -> {
              world.deletedCaches.remove(cache);
              world.caches.put(cache, 1);
              return new CreateCache(cache);
            });
  }

  @Override
  public void play(World world) {
    world.createCache(cache);
  }
}
