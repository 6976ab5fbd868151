package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is to be said where rollouts are to surge.
 *
 * @param asked whether they are
 * @param replaced the roles whose pods are replaced instead, and why: the scheduler's reasons by
 *     node. None where only a rollout that goes on as it began still replaces them
 */
public record SurgeLimit(boolean asked, Map<Role, Map<String, List<String>>> replaced) {

  /** Nobody asks for it. */
  public static final SurgeLimit NOT_ASKED = new SurgeLimit(false, Map.of());

  /** More nodes than this make a message longer, not clearer. */
  private static final int MOST_NODES = 5;

  private static final String OLD_PODS_REPEL =
      "node(s) didn't satisfy existing pods anti-affinity rules";

  public SurgeLimit {
    replaced = Collections.unmodifiableMap(new TreeMap<>(replaced));
  }

  void addTo(Conditions conditions) {
    if (!asked) {
      return;
    }
    if (replaced.isEmpty()) {
      conditions.set(
          Conditions.SURGE_LIMITED,
          false,
          "NewBesideOld",
          "in a rollout each new pod comes beside the old one before that goes");
      return;
    }
    boolean noRoom = replaced.values().stream().anyMatch(nodes -> !onlyRepelled(nodes));
    conditions.set(
        Conditions.SURGE_LIMITED,
        true,
        noRoom ? "NoRoomForBoth" : "OldPodsRepel",
        replaced.entrySet().stream()
            .map(entry -> sentence(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining("; ")));
  }

  private static boolean onlyRepelled(Map<String, List<String>> nodes) {
    return nodes.values().stream().allMatch(List.of(OLD_PODS_REPEL)::equals);
  }

  private static String sentence(Role role, Map<String, List<String>> nodes) {
    String what = "a rollout of the " + role.value() + " replaces pods";
    if (nodes.isEmpty()) {
      return what + " until it is done";
    }
    String where =
        new TreeMap<>(nodes)
            .entrySet().stream()
                .limit(MOST_NODES)
                .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
                .collect(Collectors.joining(", "));
    String more = nodes.size() > MOST_NODES ? " and " + (nodes.size() - MOST_NODES) + " more" : "";
    return onlyRepelled(nodes)
        ? what
            + " this once, for those that run keep others of their kind off their nodes, and the"
            + " new ones will not: "
            + where
            + more
        : what + ", for a new one does not fit beside the old one on " + where + more;
  }
}
