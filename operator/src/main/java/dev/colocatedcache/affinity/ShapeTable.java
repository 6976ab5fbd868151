package dev.colocatedcache.affinity;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The shapes of the pods there are, each once and with a small number, which is given again when
 * its last pod goes.
 */
final class ShapeTable {

  private final Map<PodShape, Entry> entries = new HashMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int size;

  /** Takes one pod of the shape in. */
  Entry acquire(PodShape shape) {
    Entry entry = entries.get(shape);
    if (entry == null) {
      entry = new Entry(shape, free.isEmpty() ? size++ : free.pop());
      entries.put(shape, entry);
    }
    entry.pods++;
    return entry;
  }

  /** Lets one pod of the shape go. */
  void release(PodShape shape) {
    Entry entry = entries.get(shape);
    if (--entry.pods == 0) {
      entries.remove(shape);
      free.push(entry.id);
    }
  }

  /** More than the highest number in use. */
  int size() {
    return size;
  }

  static final class Entry {
    final PodShape shape;
    final int id;
    private int pods;

    private Entry(PodShape shape, int id) {
      this.shape = shape;
      this.id = id;
    }
  }
}
