package dev.colocatedcache.life;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A ColocatedCache is deleted. */
record DeleteCache(int cache, DeletionPropagation propagation) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(
            cache -> {
              world.caches.remove(cache);
              world.deletedCaches.add(cache);
              return new DeleteCache(
                  cache,
                  random.nextBoolean()
                      ? DeletionPropagation.BACKGROUND
                      : DeletionPropagation.FOREGROUND);
            });
  }

  @Override
  public void play(World world) {
    world.allowed().all(Setup.nameOf(cache));
    world.caches().withName(Setup.nameOf(cache)).withPropagationPolicy(propagation).delete();
  }
}
