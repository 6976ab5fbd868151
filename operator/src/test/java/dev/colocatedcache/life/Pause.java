package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** Nothing happens for a while: what comes next finds the world in the middle of something. */
record Pause(int millis) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Optional.of(new Pause(random.nextInt(50, 3000)));
  }

  @Override
  public void play(World world) {
    of(millis);
  }

  static void of(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
