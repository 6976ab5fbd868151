package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.cluster.AbsentNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The places of nodes that are away for a moment. A node that blinks (its kubelet restarts, its
 * Node is deleted and registered again) must cost no pair, so that fewer pairs are granted only
 * when it has been away for the delay. What somebody does on purpose counts at once, and more pairs
 * than before are never granted for a node that is not there.
 *
 * @param granted pairs
 * @param evaluation as if the nodes that are away were there
 * @param cluster as if they were
 * @param reasons why pairs are granted that have no place just now, a sentence each
 * @param ends when to look again; null where nothing depends on a node that is away
 */
record KeptPlaces(
    int granted, PairEvaluation evaluation, Snapshot cluster, List<String> reasons, Instant ends) {

  /** More names would not fit a sentence. */
  private static final int MOST_NAMED = 5;

  KeptPlaces {
    reasons = List.copyOf(reasons);
  }

  /** No node is away that anything depends on. */
  static KeptPlaces none(int granted, PairEvaluation evaluation, Snapshot cluster) {
    return new KeptPlaces(granted, evaluation, cluster, List.of(), null);
  }

  /**
   * The places that are kept.
   *
   * @param now what the evaluator says of the cluster as it is
   * @param wanted pairs asked for
   * @param before pairs granted until now
   * @param absent nodes that are away, for no longer than {@code delay}
   * @param cluster as if they were there
   * @param evaluate asks the evaluator
   */
  static KeptPlaces of(
      PairEvaluation now,
      int wanted,
      int before,
      List<AbsentNode> absent,
      Duration delay,
      Snapshot cluster,
      Function<Snapshot, PairEvaluation> evaluate) {
    int fits = Math.min(wanted, now.fits());
    Map<String, AbsentNode> byName = new HashMap<>();
    absent.forEach(node -> byName.put(node.name(), node));
    boolean halfAway = now.misplacedAnchors().stream().anyMatch(byName::containsKey);
    if (fits >= Math.min(wanted, before) && !halfAway) {
      return none(fits, now, cluster);
    }
    PairEvaluation then = evaluate.apply(cluster);
    int kept = Math.max(fits, Math.min(before, Math.min(wanted, then.fits())));
    Set<String> there = now.room().stream().map(Pair::domain).collect(Collectors.toSet());
    List<AbsentNode> missed =
        then.pairs().stream()
            .limit(kept)
            .filter(pair -> !there.contains(pair.domain()))
            .flatMap(pair -> Stream.of(pair.anchorNode(), pair.followerNode()))
            .distinct()
            .map(byName::get)
            .filter(Objects::nonNull)
            .sorted(Comparator.comparing(AbsentNode::name))
            .toList();
    Instant ends =
        absent.stream().map(node -> node.since().plus(delay)).min(Instant::compareTo).orElse(null);
    return new KeptPlaces(
        kept, then, cluster, kept > fits ? reasons(missed, delay) : List.of(), ends);
  }

  private static List<String> reasons(List<AbsentNode> missed, Duration delay) {
    Stream<String> named =
        missed.stream()
            .limit(MOST_NAMED)
            .map(
                node ->
                    "%s is %s: its pair is kept for %d s"
                        .formatted(
                            node.name(), node.gone() ? "gone" : "not Ready", delay.toSeconds()));
    return missed.size() <= MOST_NAMED
        ? named.toList()
        : Stream.concat(
                named, Stream.of("so are those of %d more".formatted(missed.size() - MOST_NAMED)))
            .toList();
  }

  /** The pairs that are granted, by their places. */
  List<Pair> pairs() {
    return evaluation.pairs().subList(0, Math.min(granted, evaluation.pairs().size()));
  }
}
