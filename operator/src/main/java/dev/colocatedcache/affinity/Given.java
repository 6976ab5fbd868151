package dev.colocatedcache.affinity;

import java.util.List;
import java.util.Map;

/** What an object says, where not saying a thing is the same as saying that it is empty. */
final class Given {

  private Given() {}

  /**
   * The elements of a list.
   *
   * @throws InvalidInputException if one is null
   */
  static <T> List<T> list(List<T> elements) {
    if (elements == null) {
      return List.of();
    }
    for (T element : elements) {
      if (element == null) {
        throw new InvalidInputException("a list has a null element");
      }
    }
    return elements;
  }

  static <V> Map<String, V> map(Map<String, V> entries) {
    return entries == null ? Map.of() : entries;
  }

  static String text(String text) {
    return text == null ? "" : text;
  }

  static boolean isSet(String text) {
    return text != null && !text.isEmpty();
  }
}
