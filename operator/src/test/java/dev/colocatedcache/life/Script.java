package dev.colocatedcache.life;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;

/**
 * All that happens to a world, known before anything of it does.
 *
 * @param seed of which all else follows
 */
record Script(long seed, Setup setup, List<Step> steps) {
  /** Named, for the default may be another one on another Java. */
  private static final String ALGORITHM = "L64X128MixRandom";

  /** After so many operations a world has lived for a while. */
  private static final int A_WHILE = 20;

  Script {
    steps = List.copyOf(steps);
  }

  /**
   * An operation.
   *
   * @param burst operations of the same burst follow each other at once; after the last of them the
   *     world is given time to settle
   */
  record Step(int burst, Operation operation) {}

  /** The script of that seed, which begins the same however long it is. */
  static Script of(long seed, int operations) {
    RandomGenerator random = RandomGeneratorFactory.of(ALGORITHM).create(seed);
    Setup setup = Setup.draw(random);
    Imagined world = new Imagined(setup);
    List<Step> steps = new ArrayList<>();
    for (int burst = 1; steps.size() < operations; burst++) {
      int size = burstSize(random);
      for (int i = 0; i < size; i++) {
        Optional<Operation> operation = Optional.empty();
        while (operation.isEmpty()) {
          operation = Repertoire.drawing(random, steps.size() >= A_WHILE).draw(world, random);
        }
        steps.add(new Step(burst, operation.get()));
      }
    }
    return new Script(seed, setup, steps.subList(0, operations));
  }

  /** Often one alone, after which it is known best what may have come of it. */
  private static int burstSize(RandomGenerator random) {
    return switch (random.nextInt(3)) {
      case 0 -> 1;
      case 1 -> random.nextInt(2, 4);
      default -> random.nextInt(4, 9);
    };
  }

  /** The same world with other steps. */
  Script with(List<Step> others) {
    return new Script(seed, setup, others);
  }

  /** The steps, burst by burst. */
  List<List<Operation>> bursts() {
    return List.copyOf(
        steps.stream()
            .collect(
                Collectors.groupingBy(
                    Step::burst,
                    java.util.TreeMap::new,
                    Collectors.mapping(Step::operation, Collectors.toUnmodifiableList())))
            .values());
  }

  /** One line a burst, for a person. */
  String text() {
    StringBuilder text = new StringBuilder("seed " + seed + ", " + steps.size() + " operations\n");
    setup.nodes().forEach(node -> text.append("  ").append(node).append('\n'));
    setup.caches().forEach(cache -> text.append("  ").append(cache).append('\n'));
    int number = 0;
    for (List<Operation> burst : bursts()) {
      text.append("  ").append(++number).append(": ").append(burst).append('\n');
    }
    return text.toString();
  }
}
