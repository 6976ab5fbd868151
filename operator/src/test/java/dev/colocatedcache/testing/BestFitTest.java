package dev.colocatedcache.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The most pairs that there can be")
class BestFitTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  @DisplayName("are never fewer than an exhaustive search finds, and hardly more")
  void bound(long seed) {
    Random random = new Random(seed);
    int[] free = random.ints(3, 5, 20).toArray();
    int[] sizes = random.ints(5, 2, 9).toArray();
    int[] wanted = random.ints(5, 1, 4).toArray();

    int best = best(0, 0, free.clone(), sizes, wanted, 0);

    assertThat(new BestFit(free, sizes, wanted).upperBound()).isBetween(best, best + 1);
  }

  private static int best(int kind, int node, int[] free, int[] sizes, int[] wanted, int taken) {
    if (kind == sizes.length) {
      return 0;
    }
    if (node == free.length) {
      return best(kind + 1, 0, free, sizes, wanted, 0);
    }
    int without = best(kind, node + 1, free, sizes, wanted, taken);
    if (taken == wanted[kind] || free[node] < sizes[kind]) {
      return without;
    }
    free[node] -= sizes[kind];
    int with = 1 + best(kind, node + 1, free, sizes, wanted, taken + 1);
    free[node] += sizes[kind];
    return Math.max(with, without);
  }
}
