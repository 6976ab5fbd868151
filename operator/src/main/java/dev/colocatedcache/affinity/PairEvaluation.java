package dev.colocatedcache.affinity;

import java.util.List;
import java.util.Map;

/**
 * How many pairs fit, where, and why not more.
 *
 * @param nodes how many nodes the cluster has
 * @param eligibleNodes how many topology domains hold a pair when one is asked for everywhere;
 *     nodes, if the topology key is the hostname
 * @param fits how many pairs fit altogether, however many are wanted
 * @param pairs where they go: those that run already first, and no more than are wanted. Where
 *     fewer are wanted than run, those stay whose loss would do more harm
 * @param room where pairs fit or run, however many are wanted: {@code pairs}, and then the others,
 *     of which the last go first
 * @param rejected the nodes of domains without a pair, by name
 * @param strandingNodes nodes that would take an anchor, but not its follower: the scheduler may
 *     strand one there
 * @param misplacedAnchors nodes where an anchor runs whose follower does not fit
 * @param victims the pods of lower priority that have to go first, of those of {@code pairs} for
 *     which any have
 */
public record PairEvaluation(
    int nodes,
    int eligibleNodes,
    int fits,
    List<Pair> pairs,
    List<Pair> room,
    List<NodeRejection> rejected,
    List<String> strandingNodes,
    List<String> misplacedAnchors,
    Map<Pair, List<PodInfo>> victims) {

  public PairEvaluation {
    pairs = List.copyOf(pairs);
    room = List.copyOf(room);
    rejected = List.copyOf(rejected);
    strandingNodes = List.copyOf(strandingNodes);
    misplacedAnchors = List.copyOf(misplacedAnchors);
    victims = Map.copyOf(victims);
  }

  /**
   * Those of {@link #pairs} of which at least a half is still to come. An anchor that runs where
   * its follower does not fit stands for one of them, the last: as long as it is there, none comes
   * elsewhere in its place.
   */
  public List<Pair> toCome() {
    List<Pair> open = pairs.stream().filter(pair -> !pair.retained()).toList();
    return open.subList(0, Math.max(0, open.size() - misplacedAnchors.size()));
  }

  /** An evaluation where no pod has to make room. */
  public PairEvaluation(
      int nodes,
      int eligibleNodes,
      int fits,
      List<Pair> pairs,
      List<Pair> room,
      List<NodeRejection> rejected,
      List<String> strandingNodes,
      List<String> misplacedAnchors) {
    this(
        nodes,
        eligibleNodes,
        fits,
        pairs,
        room,
        rejected,
        strandingNodes,
        misplacedAnchors,
        Map.of());
  }
}
