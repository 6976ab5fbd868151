package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A pod of somebody else goes. */
record ForeignGone(int number) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.foreign, random)
        .map(
            number -> {
              world.foreign.remove(number);
              return new ForeignGone(number);
            });
  }

  @Override
  public void play(World world) {
    world.client().pods().inNamespace(world.namespace()).withName(World.foreign(number)).delete();
  }
}
