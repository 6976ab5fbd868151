package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code kubectl cordon}. */
record Cordon(int node) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.oneBut(world.nodes.keySet(), world.cordoned, random)
        .map(
            node -> {
              world.cordoned.add(node);
              return new Cordon(node);
            });
  }

  @Override
  public void play(World world) {
    world.cluster().cordon(world.nodeName(node));
  }
}
