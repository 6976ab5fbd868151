package dev.colocatedcache.affinity;

/**
 * Values that were met lately, to keep one instance of those that are met again and again. It
 * forgets, and so does not grow with what is met but once.
 */
final class Recent<T> {

  private static final int SLOTS = 4096;

  private final Object[] slots = new Object[SLOTS];

  /** The instance that is kept of such a value; this one from now on, if there is none. */
  @SuppressWarnings("unchecked")
  T instanceOf(T value) {
    int hash = value.hashCode();
    int slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    if (value.equals(slots[slot])) {
      return (T) slots[slot];
    }
    slots[slot] = value;
    return value;
  }
}
