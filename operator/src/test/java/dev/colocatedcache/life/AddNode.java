package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A node joins. */
record AddNode(int node, int cpuMillis) implements Operation {
  private static final int MOST = 8;

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    if (world.nodes.size() >= MOST) {
      return Optional.empty();
    }
    int number = world.nextNode();
    int size = Setup.size(random);
    world.nodes.put(number, size);
    return Optional.of(new AddNode(number, size));
  }

  @Override
  public void play(World world) {
    world.addNode(node, cpuMillis);
  }
}
