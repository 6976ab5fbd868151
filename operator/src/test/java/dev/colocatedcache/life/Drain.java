package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code kubectl drain}, which gives up after a while. */
record Drain(int node) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.nodes.keySet(), random)
        .map(
            node -> {
              world.cordoned.add(node);
              return new Drain(node);
            });
  }

  @Override
  public void play(World world) {
    world.allowed().on(world.nodeName(node));
    world.cluster().cordon(world.nodeName(node));
    world.evictAll(node);
  }
}
