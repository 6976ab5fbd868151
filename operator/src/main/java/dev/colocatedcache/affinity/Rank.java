package dev.colocatedcache.affinity;

import java.util.Comparator;

/**
 * Who is served first where several want the same room: by priority, then age, then name. What the
 * API server has not stored yet comes last.
 *
 * @param priority of the anchor's pods, as admission gives it to them
 * @param created {@code metadata.creationTimestamp}; empty if it has none
 * @param name namespace and name; empty where those of one age are equals
 */
public record Rank(int priority, String created, String name) implements Comparable<Rank> {

  private static final Comparator<Rank> ORDER =
      Comparator.comparing(Rank::priority)
          .reversed()
          .thenComparing(rank -> rank.created().isEmpty())
          .thenComparing(Rank::created)
          .thenComparing(Rank::name);

  @Override
  public int compareTo(Rank other) {
    return ORDER.compare(this, other);
  }
}
