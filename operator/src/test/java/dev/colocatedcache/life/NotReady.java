package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A kubelet reports that it cannot work. */
record NotReady(int node) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.oneBut(world.nodes.keySet(), world.notReady, random)
        .map(
            node -> {
              world.notReady.add(node);
              return new NotReady(node);
            });
  }

  @Override
  public void play(World world) {
    world.allowed().on(world.nodeName(node));
    world.cluster().setNotReady(world.nodeName(node), true);
  }
}
