package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code kubectl uncordon}. */
record Uncordon(int node) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.cordoned, random)
        .map(
            node -> {
              world.cordoned.remove(node);
              return new Uncordon(node);
            });
  }

  @Override
  public void play(World world) {
    world.cluster().uncordon(world.nodeName(node));
  }
}
