package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.CapacityStatus;
import dev.colocatedcache.api.v1alpha1.Placement;
import dev.colocatedcache.api.v1alpha1.RejectedNodes;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many pairs are granted, of how many, and why not more.
 *
 * @param requested pairs asked for
 * @param granted pairs that fit, at most {@code requested}
 * @param nodes of the cluster
 * @param eligible domains that hold a pair
 * @param rejected nodes by the reason for which they hold none
 * @param topologyKey the label whose value is the domain
 * @param kept why pairs are granted that have no place just now, a clause each
 * @param remedy what is done about the pairs that are not granted, a clause; empty: nothing
 * @param pending pairs beyond those granted that are asked for all the same, and are Pending
 * @param problem what keeps nodes from being asked for; null: nothing
 */
public record Capacity(
    int requested,
    int granted,
    int nodes,
    int eligible,
    Map<String, Integer> rejected,
    String topologyKey,
    List<String> kept,
    String remedy,
    int pending,
    Problem problem) {

  public Capacity {
    rejected = Map.copyOf(rejected);
    kept = List.copyOf(kept);
  }

  /** As many pairs as fit are granted, and no more. */
  public Capacity(
      int requested,
      int granted,
      int nodes,
      int eligible,
      Map<String, Integer> rejected,
      String topologyKey) {
    this(requested, granted, nodes, eligible, rejected, topologyKey, List.of(), "", 0, null);
  }

  /** The same with more pairs granted, for places that are kept. */
  public Capacity keeping(int pairs, List<String> reasons) {
    return new Capacity(
        requested,
        pairs,
        nodes,
        eligible,
        rejected,
        topologyKey,
        reasons,
        remedy,
        pending,
        problem);
  }

  /** The same with as many pairs Pending on purpose, for a node autoscaler to see. */
  public Capacity pending(int pairs) {
    return pairs == 0
        ? this
        : remedied(
            pairs
                + (pairs == 1 ? " more pair is" : " more pairs are")
                + " Pending on purpose, for a node autoscaler to see",
            pairs,
            null);
  }

  /** The same with that said of what is done about the pairs that are not granted. */
  public Capacity remedied(String clause) {
    return remedied(clause, 0, null);
  }

  /** The same with nothing done about the pairs that are not granted, for nothing can be. */
  public Capacity unremedied(Problem reason) {
    return remedied("", 0, reason);
  }

  private Capacity remedied(String clause, int pairs, Problem reason) {
    return new Capacity(
        requested, granted, nodes, eligible, rejected, topologyKey, kept, clause, pairs, reason);
  }

  /** The same while some of the granted pairs wait for pairs of lower priority to go. */
  public Capacity without(int waiting) {
    if (waiting == 0) {
      return this;
    }
    Map<String, Integer> reasons = new TreeMap<>(rejected);
    reasons.put("node(s) are being left by pairs of lower priority", waiting);
    return new Capacity(
        requested,
        granted - waiting,
        nodes,
        eligible - waiting,
        reasons,
        topologyKey,
        kept,
        remedy,
        pending,
        problem);
  }

  boolean limited() {
    return granted < requested;
  }

  CapacityStatus status() {
    return new CapacityStatus(nodes, eligible, byReason(), message());
  }

  /**
   * The sentence that says it all: {@code 2 of 3 pairs placed: 2 of 4 nodes eligible; 1 node(s)
   * were unschedulable, 1 Insufficient memory (cache)}.
   */
  public String message() {
    StringBuilder text = new StringBuilder();
    text.append(granted).append(" of ").append(requested).append(" pairs placed: ");
    if (Placement.HOSTNAME.equals(topologyKey)) {
      text.append(eligible).append(" of ").append(nodes).append(" nodes eligible");
    } else {
      text.append(eligible).append(" domains of ").append(topologyKey).append(" eligible on ");
      text.append(nodes).append(" nodes");
    }
    String separator = "; ";
    for (RejectedNodes reason : byReason()) {
      text.append(separator).append(reason.nodes()).append(' ').append(reason.reason());
      separator = ", ";
    }
    kept.forEach(reason -> text.append("; ").append(reason));
    if (!remedy.isEmpty()) {
      text.append("; ").append(remedy);
    }
    return text.toString();
  }

  private List<RejectedNodes> byReason() {
    return new TreeMap<>(rejected)
        .entrySet().stream()
            .map(entry -> new RejectedNodes(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparing(RejectedNodes::nodes).reversed())
            .toList();
  }
}
