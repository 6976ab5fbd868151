package dev.colocatedcache.status;

import java.util.List;

/**
 * Pairs that do not become whole by themselves.
 *
 * @param misplacedAnchors nodes that run an anchor whose follower does not fit there
 * @param strandedFollowers nodes that run a follower whose anchor has gone elsewhere
 */
public record BrokenPairs(List<String> misplacedAnchors, List<String> strandedFollowers) {

  /** There are none. */
  public static final BrokenPairs NONE = new BrokenPairs(List.of(), List.of());

  public BrokenPairs {
    misplacedAnchors = List.copyOf(misplacedAnchors);
    strandedFollowers = List.copyOf(strandedFollowers);
  }
}
