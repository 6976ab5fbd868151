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

  /**
   * The elements of what should be a list, of a field that the model does not know.
   *
   * @throws InvalidInputException if it is something else
   */
  static List<?> untypedList(String field, Object value) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> elements) {
      return elements;
    }
    throw new InvalidInputException(field + " is not a list");
  }

  /**
   * The members of what should be an object, of a field that the model does not know.
   *
   * @throws InvalidInputException if it is something else
   */
  static Map<?, ?> untypedMap(String field, Object value) {
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> members) {
      return members;
    }
    throw new InvalidInputException(field + " is not an object");
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
