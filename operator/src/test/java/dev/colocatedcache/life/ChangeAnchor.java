package dev.colocatedcache.life;

import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The other half is placed first from now on. */
record ChangeAnchor(int cache, String anchor) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(cache -> new ChangeAnchor(cache, random.nextBoolean() ? "Cache" : "Service"));
  }

  @Override
  public void play(World world) {
    world.allowed().all(Setup.nameOf(cache));
    world.patchCache(cache, Map.of("spec", Map.of("placement", Map.of("anchor", anchor))));
  }
}
