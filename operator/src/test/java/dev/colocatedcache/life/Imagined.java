package dev.colocatedcache.life;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * What a script thinks of the world while it is made up: enough that operations mean something, and
 * nothing that depends on time.
 */
final class Imagined {
  /** Nodes by number, with their CPU in thousandths. */
  final TreeMap<Integer, Integer> nodes = new TreeMap<>();

  final SortedSet<Integer> cordoned = new TreeSet<>();
  final SortedSet<Integer> tainted = new TreeSet<>();
  final SortedSet<Integer> outOfPool = new TreeSet<>();
  final SortedSet<Integer> notReady = new TreeSet<>();

  /** ColocatedCaches by number, with the pairs that they ask for; those deleted are absent. */
  final TreeMap<Integer, Integer> caches = new TreeMap<>();

  final SortedSet<Integer> deletedCaches = new TreeSet<>();
  final SortedSet<Integer> foreign = new TreeSet<>();
  boolean secondOperator;
  private int lastNode;
  private int lastForeign;
  private int lastVersion;

  Imagined(Setup setup) {
    setup.nodes().forEach(node -> nodes.put(node.number(), node.cpuMillis()));
    lastNode = nodes.lastKey();
    setup.caches().forEach(cache -> caches.put(cache.number(), cache.replicas()));
  }

  int nextNode() {
    return ++lastNode;
  }

  int nextForeign() {
    return ++lastForeign;
  }

  int nextVersion() {
    return ++lastVersion;
  }

  /** A node is gone, and whatever was the matter with it. */
  void forgetNode(int number) {
    nodes.remove(number);
    List.of(cordoned, tainted, outOfPool, notReady).forEach(set -> set.remove(number));
  }

  /** One of them; empty where there is none. */
  static Optional<Integer> one(Collection<Integer> of, RandomGenerator random) {
    return of.isEmpty()
        ? Optional.empty()
        : Optional.of(new ArrayList<>(of).get(random.nextInt(of.size())));
  }

  /** One of {@code all} that is not in {@code but}. */
  static Optional<Integer> oneBut(
      Collection<Integer> all, Collection<Integer> but, RandomGenerator random) {
    List<Integer> left = new ArrayList<>(all);
    left.removeAll(but);
    return one(left, random);
  }
}
