package dev.colocatedcache.life;

import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A pod of somebody else.
 *
 * @param repels whether its anti-affinity keeps caches off its node
 */
record ForeignPod(int number, int cpuMillis, boolean repels) implements Operation {
  private static final int MOST = 5;

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    if (world.foreign.size() >= MOST) {
      return Optional.empty();
    }
    int number = world.nextForeign();
    world.foreign.add(number);
    return Optional.of(new ForeignPod(number, 100 * random.nextInt(1, 8), random.nextInt(3) == 0));
  }

  @Override
  public void play(World world) {
    world.createForeign(number, cpuMillis, repels);
  }
}
