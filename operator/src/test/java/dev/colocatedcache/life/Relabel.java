package dev.colocatedcache.life;

import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A node leaves the pool, or comes back. */
record Relabel(int node, boolean inPool) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.nodes.keySet(), random)
        .map(
            node -> {
              boolean inPool = world.outOfPool.contains(node);
              if (inPool) {
                world.outOfPool.remove(node);
              } else {
                world.outOfPool.add(node);
              }
              return new Relabel(node, inPool);
            });
  }

  @Override
  public void play(World world) {
    world.cluster().relabel(world.nodeName(node), Map.of(Setup.POOL, inPool ? "in" : "out"));
  }
}
