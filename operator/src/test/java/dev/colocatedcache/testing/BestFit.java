package dev.colocatedcache.testing;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How many pairs there can be at most, however they are placed, where only one resource is scarce:
 * each kind of pair at most once a node, and at most as often as it is asked for.
 *
 * <p>By Lagrangian relaxation. A price is put on each kind, for it may not come more often than
 * wanted; each node by itself is then a knapsack, filled exactly by dynamic programming. Whatever
 * the prices, what comes out is an upper bound, so none has to be trusted; a subgradient method
 * looks for prices that make it tight.
 */
public final class BestFit {
  private static final int ROUNDS = 1000;

  private final int[] free;
  private final int[] sizes;
  private final int[] wanted;

  /**
   * @param free of the resource, by node
   * @param sizes of a pair, by kind
   * @param wanted pairs, by kind
   */
  public BestFit(int[] free, int[] sizes, int[] wanted) {
    this.free = free.clone();
    this.sizes = sizes.clone();
    this.wanted = wanted.clone();
  }

  /** No placement has more pairs than this. */
  public int upperBound() {
    double[] prices = new double[sizes.length];
    double least = Double.MAX_VALUE;
    int unit = IntStream.concat(Arrays.stream(free), Arrays.stream(sizes)).reduce(0, BestFit::gcd);
    for (int round = 0; round < ROUNDS; round++) {
      int[] used = new int[sizes.length];
      double value = 0;
      for (int kind = 0; kind < sizes.length; kind++) {
        value += prices[kind] * wanted[kind];
      }
      for (int node : free) {
        value += fill(node / unit, unit, prices, used);
      }
      least = Math.min(least, value);
      double norm = 0;
      for (int kind = 0; kind < sizes.length; kind++) {
        norm += Math.pow(used[kind] - wanted[kind], 2);
      }
      if (norm == 0) {
        break;
      }
      double step = 1 / (1 + round / 20.0) / Math.sqrt(norm);
      for (int kind = 0; kind < sizes.length; kind++) {
        prices[kind] = Math.max(0, prices[kind] + step * (used[kind] - wanted[kind]));
      }
    }
    return (int) Math.floor(least + 1e-9);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Fills a node with what is worth most; counts it and returns its worth. */
  private double fill(int room, int unit, double[] prices, int[] used) {
    double[][] best = new double[sizes.length + 1][room + 1];
    for (int kind = 0; kind < sizes.length; kind++) {
      int size = sizes[kind] / unit;
      double worth = wanted[kind] == 0 ? 0 : 1 - prices[kind];
      for (int left = 0; left <= room; left++) {
        double without = best[kind][left];
        double with = left < size ? -1 : best[kind][left - size] + worth;
        best[kind + 1][left] = Math.max(without, with);
      }
    }
    int left = room;
    for (int kind = sizes.length - 1; kind >= 0; kind--) {
      if (best[kind + 1][left] > best[kind][left]) {
        used[kind]++;
        left -= sizes[kind] / unit;
      }
    }
    return best[sizes.length][room];
  }
}
