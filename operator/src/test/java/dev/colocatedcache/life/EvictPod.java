package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** One half is evicted, as its budget allows. */
record EvictPod(int cache, Role role, int pick) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(cache -> new EvictPod(cache, World.either(random), random.nextInt(8)));
  }

  @Override
  public void play(World world) {
    world.allowed().pairs(Setup.nameOf(cache), 1);
    world.pod(cache, role, pick).ifPresent(world::evict);
  }
}
