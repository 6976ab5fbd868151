package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Code;
import java.util.List;

/**
 * Why a node takes no part in any pair.
 *
 * @param node its name
 * @param role which half is rejected
 * @param plugin the Filter plugin that rejects it
 * @param reasons in kube-scheduler's words
 * @param code whether other pods' leaving could change it
 */
public record NodeRejection(
    String node, Role role, String plugin, List<String> reasons, Code code) {

  /** Which half of a pair a node rejects. */
  public enum Role {
    /** The anchor; what becomes of the follower is another matter. */
    ANCHOR,
    /** The follower, which would not fit without an anchor beside it either. */
    FOLLOWER,
    /** Either half would fit, but not both together. */
    PAIR,
    /** Both, for the same reasons. */
    BOTH
  }

  public NodeRejection {
    reasons = List.copyOf(reasons);
  }
}
