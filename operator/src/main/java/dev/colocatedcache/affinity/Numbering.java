package dev.colocatedcache.affinity;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Keeps one instance of each of some values that are in use, and gives it a small number, which
 * another value gets when the last use is over.
 */
final class Numbering<T> {

  private final UnaryOperator<T> compaction;
  private final Map<T, Numbered<T>> inUse = new HashMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int size;
  private long generation;

  /**
   * No values yet.
   *
   * @param compaction makes an equal value that is good to keep
   */
  Numbering(UnaryOperator<T> compaction) {
    this.compaction = compaction;
  }

  /** One use more of the value. */
  Numbered<T> acquire(T value) {
    Numbered<T> numbered = inUse.get(value);
    if (numbered == null) {
      T kept = compaction.apply(value);
      numbered = new Numbered<>(kept, free.isEmpty() ? size++ : free.pop());
      inUse.put(kept, numbered);
      generation++;
    }
    numbered.uses++;
    return numbered;
  }

  /** One use less. */
  void release(T value) {
    Numbered<T> numbered = inUse.get(value);
    if (--numbered.uses == 0) {
      inUse.remove(value);
      generation++;
      free.push(numbered.number);
    }
  }

  /** More than the highest number in use. */
  int size() {
    return size;
  }

  /** Another number whenever a value came into use or went out of it. */
  long generation() {
    return generation;
  }

  /** The numbers in use, by value. */
  Map<T, Integer> numbers() {
    Map<T, Integer> numbers = new HashMap<>();
    inUse.forEach((value, numbered) -> numbers.put(value, numbered.number));
    return numbers;
  }

  /** A value and its number. */
  static final class Numbered<T> {
    final T value;
    final int number;
    private int uses;

    private Numbered(T value, int number) {
      this.value = value;
      this.number = number;
    }
  }
}
