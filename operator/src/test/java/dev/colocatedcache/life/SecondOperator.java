package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** Another operator runs beside the first, or ends; it is every world's. */
record SecondOperator(boolean runs) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    world.secondOperator = !world.secondOperator;
    return Optional.of(new SecondOperator(world.secondOperator));
  }

  @Override
  public void play(World world) {
    world.operators().second(runs);
  }
}
