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
 */
public record Capacity(
    int requested,
    int granted,
    int nodes,
    int eligible,
    Map<String, Integer> rejected,
    String topologyKey,
    List<String> kept) {

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
    this(requested, granted, nodes, eligible, rejected, topologyKey, List.of());
  }

  /** The same with more pairs granted, for places that are kept. */
  public Capacity keeping(int pairs, List<String> reasons) {
    return new Capacity(requested, pairs, nodes, eligible, rejected, topologyKey, reasons);
  }

  /** The same while some of the granted pairs wait for pairs of lower priority to go. */
  public Capacity without(int waiting) {
    if (waiting == 0) {
      return this;
    }
    Map<String, Integer> reasons = new TreeMap<>(rejected);
    reasons.put("node(s) are being left by pairs of lower priority", waiting);
    return new Capacity(
        requested, granted - waiting, nodes, eligible - waiting, reasons, topologyKey);
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
