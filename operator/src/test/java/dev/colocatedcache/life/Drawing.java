package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** Makes up an operation that means something in the world as it is imagined to be. */
@FunctionalInterface
interface Drawing {

  /**
   * The operation, of which {@code world} already knows; empty where there is nothing to do it to.
   */
  Optional<Operation> draw(Imagined world, RandomGenerator random);
}
