package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A machine is taken away, and what ran on it. */
record RemoveNode(int node) implements Operation {
  private static final int FEWEST = 3;

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    if (world.nodes.size() <= FEWEST) {
      return Optional.empty();
    }
    return Imagined.one(world.nodes.keySet(), random)
        .map(
            node -> {
              world.forgetNode(node);
              return new RemoveNode(node);
            });
  }

  @Override
  public void play(World world) {
    world.allowed().on(world.nodeName(node));
    world.cluster().deleteNodeAndPods(world.nodeName(node));
  }
}
