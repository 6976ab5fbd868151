package dev.colocatedcache.life;

import java.util.stream.Stream;

/** What holds whenever a world has settled. */
@FunctionalInterface
interface Invariant {

  /** What does not hold, a sentence each. */
  Stream<String> broken(Observed world);
}
