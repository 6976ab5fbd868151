package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** SIGKILL for the operator, which is started again after a while; it is every world's. */
record KillOperator(int downMillis) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Optional.of(new KillOperator(random.nextInt(0, 4000)));
  }

  @Override
  public void play(World world) {
    world.operators().kill(downMillis);
  }
}
