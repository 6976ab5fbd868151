package dev.colocatedcache.life;

import java.util.List;

/** The invariants that there are. */
final class Invariants {
  private static final List<Invariant> ALL =
      List.of(
          new NothingPending(),
          new ChildrenAreExact(),
          new TemplatesAreCurrent(),
          new CountsAreGranted(),
          new PairsAreWhole(),
          new StatusIsTrue(),
          new NoMarkIsLeft(),
          new GrantedAsPlanned());

  private Invariants() {}

  /** All that does not hold of {@code world}. */
  static List<String> broken(Observed world) {
    return ALL.stream().flatMap(invariant -> invariant.broken(world)).toList();
  }
}
