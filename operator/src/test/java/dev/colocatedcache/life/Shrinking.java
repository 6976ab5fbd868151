package dev.colocatedcache.life;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Delta debugging (Zeller and Hildebrandt, 2002): leaves out what a failure does not need. */
final class Shrinking {
  private Shrinking() {}

  /**
   * A part of {@code all} that still fails. What comes last is thought to matter most, so that what
   * comes first is left out first.
   *
   * @param fails whether a part fails; {@code all} does
   * @param goOn whether there is time for another try
   */
  static <T> List<T> of(List<T> all, Predicate<List<T>> fails, BooleanSupplier goOn) {
    List<T> failing = List.copyOf(all);
    int parts = 2;
    while (failing.size() > 1 && goOn.getAsBoolean()) {
      int size = (failing.size() + parts - 1) / parts;
      boolean smaller = false;
      for (int from = 0; from < failing.size() && !smaller && goOn.getAsBoolean(); from += size) {
        List<T> rest = new ArrayList<>(failing.subList(0, from));
        rest.addAll(failing.subList(Math.min(failing.size(), from + size), failing.size()));
        if (fails.test(rest)) {
          failing = List.copyOf(rest);
          smaller = true;
        }
      }
      if (smaller) {
        parts = Math.max(2, parts - 1);
      } else if (size == 1) {
        return failing;
      } else {
        parts = Math.min(failing.size(), parts * 2);
      }
    }
    return failing;
  }
}
