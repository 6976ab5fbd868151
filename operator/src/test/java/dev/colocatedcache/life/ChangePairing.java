package dev.colocatedcache.life;

import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** placement.pairing is another one from now on. */
record ChangePairing(int cache, String pairing) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(cache -> new ChangePairing(cache, random.nextBoolean() ? "BestEffort" : "Guaranteed"));
  }

  @Override
  public void play(World world) {
    world.allowed().all(Setup.nameOf(cache));
    world.patchCache(cache, Map.of("spec", Map.of("placement", Map.of("pairing", pairing))));
  }
}
