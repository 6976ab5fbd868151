package dev.colocatedcache.affinity;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The labels of an object: immutable, compact, equal by content. */
final class Labels {

  static final Labels NONE = new Labels(new String[0]);

  /** Keys and values in turn, sorted by key. */
  private final String[] entries;

  private final int hash;

  private Labels(String[] entries) {
    this.entries = entries;
    this.hash = Arrays.hashCode(entries);
  }

  static Labels of(Map<String, String> labels) {
    if (labels == null || labels.isEmpty()) {
      return NONE;
    }
    String[] keys = labels.keySet().toArray(new String[0]);
    Arrays.sort(keys);
    String[] entries = new String[keys.length * 2];
    for (int i = 0; i < keys.length; i++) {
      String value = labels.get(keys[i]);
      entries[2 * i] = keys[i];
      entries[2 * i + 1] = value == null ? "" : value;
    }
    return new Labels(entries);
  }

  /** The same labels, of strings that were met before. */
  Labels compacted(Recent<String> strings) {
    String[] known = new String[entries.length];
    Arrays.setAll(known, i -> strings.instanceOf(entries[i]));
    return new Labels(known);
  }

  /** These labels, with this value under the key; the same if it is null. */
  Labels with(String key, String value) {
    if (value == null) {
      return this;
    }
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      all.put(entries[i], entries[i + 1]);
    }
    all.put(key, value);
    return of(all);
  }

  /** The value under the key, or null. */
  String get(String key) {
    for (int i = 0; i < entries.length; i += 2) {
      if (entries[i].equals(key)) {
        return entries[i + 1];
      }
    }
    return null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels
        && hash == labels.hash
        && Arrays.equals(entries, labels.entries);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return Arrays.toString(entries);
  }
}
