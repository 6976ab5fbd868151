package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Room that was granted and that no pod has taken yet: it counts as taken for everybody but its
 * owner. Not thread-safe: the caller locks.
 *
 * @param <K> whose room it is
 */
public final class Claims<K> {

  private final Map<K, Claim> claims = new LinkedHashMap<>();

  /** Pairs of a request that are granted and of which at least a half does not run yet. */
  private record Claim(PairRequest request, List<Pair> pairs, Map<String, Set<String>> takenFrom) {

    boolean isOwn(PodInfo pod, String deployment) {
      return deployment.equals(pod.deployment()) && pod.namespace().equals(request.namespace());
    }
  }

  /**
   * Holds what an evaluation gives, in the place of what was held for the same owner.
   *
   * @return the nodes on which something else is held now than before
   */
  public Set<String> hold(
      K owner, PairRequest request, PairEvaluation evaluation, Function<PodInfo, Rank> owners) {
    List<Pair> open = evaluation.toCome();
    Claim before = claims.get(owner);
    if (open.isEmpty()) {
      claims.remove(owner);
    } else {
      claims.put(owner, new Claim(request, open, takenFrom(open, evaluation, owners)));
    }
    return difference(before, claims.get(owner));
  }

  /** By the name of the rank of those who lose pairs, the nodes on which they do. */
  private static Map<String, Set<String>> takenFrom(
      List<Pair> open, PairEvaluation evaluation, Function<PodInfo, Rank> owners) {
    Map<String, Set<String>> taken = new HashMap<>();
    for (Pair pair : open) {
      for (PodInfo victim : evaluation.victims().getOrDefault(pair, List.of())) {
        Rank loser = owners.apply(victim);
        if (loser != null) {
          taken.computeIfAbsent(loser.name(), name -> new HashSet<>()).add(victim.node());
        }
      }
    }
    return taken;
  }

  /** The nodes that pairs of higher priority take from those of the rank of that name. */
  public Set<String> takenFrom(String name) {
    Set<String> nodes = new HashSet<>();
    claims.values().forEach(claim -> nodes.addAll(claim.takenFrom().getOrDefault(name, Set.of())));
    return nodes;
  }

  /**
   * Holds nothing more for the owner.
   *
   * @return the nodes on which something was held
   */
  public Set<String> release(K owner) {
    return difference(claims.remove(owner), null);
  }

  /** Whose room is held. */
  public Set<K> owners() {
    return Set.copyOf(claims.keySet());
  }

  /** Whether something is held for the owner. */
  public boolean holds(K owner) {
    return claims.containsKey(owner);
  }

  private static Set<String> difference(Claim before, Claim now) {
    Set<String> nodes = new HashSet<>();
    if (before != null
        && now != null
        && before.pairs().equals(now.pairs())
        && before.takenFrom().equals(now.takenFrom())) {
      return nodes;
    }
    for (Claim claim : new Claim[] {before, now}) {
      if (claim != null) {
        claim
            .pairs()
            .forEach(
                pair -> {
                  nodes.add(pair.anchorNode());
                  nodes.add(pair.followerNode());
                });
      }
    }
    return nodes;
  }

  /**
   * The cluster as it is once everybody but {@code owner} has taken what is held for them, from the
   * owner's own pairs too.
   *
   * @param name of the owner's rank
   */
  public Snapshot seenBy(K owner, String name, PairRequest request, Snapshot snapshot) {
    Snapshot seen = seenBy(owner, snapshot);
    Set<String> lost = takenFrom(name);
    return lost.isEmpty() ? seen : seen.without(request, lost);
  }

  /** The cluster as it is once everybody but {@code owner} has taken what is held for them. */
  public Snapshot seenBy(K owner, Snapshot snapshot) {
    if (claims.isEmpty() || (claims.size() == 1 && claims.containsKey(owner))) {
      return snapshot;
    }
    Map<Integer, List<PodShape>> promised = new HashMap<>();
    claims.forEach(
        (other, claim) -> {
          if (!Objects.equals(other, owner)) {
            claim.pairs().forEach(pair -> promise(claim, pair, snapshot, promised));
          }
        });
    return promised.isEmpty() ? snapshot : snapshot.with(promised);
  }

  private static void promise(
      Claim claim, Pair pair, Snapshot snapshot, Map<Integer, List<PodShape>> promised) {
    PairRequest request = claim.request();
    promise(
        claim, request.anchor(), request.anchorDeployment(), pair.anchorNode(), snapshot, promised);
    promise(
        claim,
        request.follower(),
        request.followerDeployment(),
        pair.followerNode(),
        snapshot,
        promised);
  }

  private static void promise(
      Claim claim,
      IncomingPod pod,
      String deployment,
      String nodeName,
      Snapshot snapshot,
      Map<Integer, List<PodShape>> promised) {
    int node = snapshot.indexOf(nodeName);
    if (node < 0) {
      return;
    }
    // A pod that terminates holds the room for the one that replaces it.
    for (PodInfo running : snapshot.node(node).pods()) {
      if (claim.isOwn(running, deployment)) {
        return;
      }
    }
    promised.computeIfAbsent(node, n -> new ArrayList<>()).add(pod.shape().of(deployment));
  }
}
