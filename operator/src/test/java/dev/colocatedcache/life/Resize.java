package dev.colocatedcache.life;

import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A node has more or less to give than before; what runs on it goes on. */
record Resize(int node, int cpuMillis) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.nodes.keySet(), random)
        .map(
            node -> {
              int size = Setup.size(random);
              world.nodes.put(node, size);
              return new Resize(node, size);
            });
  }

  @Override
  public void play(World world) {
    world.cluster().resize(world.nodeName(node), Map.of("cpu", cpuMillis + "m"));
  }
}
