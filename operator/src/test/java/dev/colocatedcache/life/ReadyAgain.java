package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A kubelet recovers. */
record ReadyAgain(int node) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.notReady, random)
        .map(
            node -> {
              world.notReady.remove(node);
              return new ReadyAgain(node);
            });
  }

  @Override
  public void play(World world) {
    world.allowed().on(world.nodeName(node));
    world.cluster().setNotReady(world.nodeName(node), false);
    world.kubeletIsBack(node);
  }
}
