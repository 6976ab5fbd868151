package dev.colocatedcache.cluster;

import dev.colocatedcache.affinity.NodeInfo;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which nodes are away, and since when. That a node is not Ready stands in the node itself, in its
 * condition and in the taints that follow from it; that it is gone is remembered here alone, for a
 * while and of so many nodes. Not thread-safe: {@link ClusterView} locks.
 */
final class NodeAbsences {
  /** The API lets a place be kept no longer. */
  static final Duration REMEMBERED = Duration.ofHours(1);

  private static final int MOST_GONE = 1000;

  private final Map<String, AbsentNode> absent = new TreeMap<>();

  /** Takes note of a node that is there. */
  void put(Node node, Instant now) {
    String name = node.getMetadata().getName();
    NodeCondition condition = readiness(node);
    boolean ready = condition != null && "True".equals(condition.getStatus());
    if (ready && !isTaintedAsAbsent(node)) {
      absent.remove(name);
      return;
    }
    AbsentNode known = absent.get(name);
    // The taints follow the condition, and may come or go when it is over already.
    String began =
        ready
            ? null
            : condition == null
                ? node.getMetadata().getCreationTimestamp()
                : condition.getLastTransitionTime();
    Instant since = time(began, now);
    // A node that comes back is not Ready at first: it has been away since it went.
    absent.put(
        name,
        new AbsentNode(
            name, false, known != null && known.since().isBefore(since) ? known.since() : since));
  }

  /**
   * Takes note of a node that was removed.
   *
   * @return the nodes that are to be forgotten
   */
  List<String> remove(String name, Instant now) {
    AbsentNode known = absent.get(name);
    absent.put(name, new AbsentNode(name, true, known == null ? now : known.since()));
    List<AbsentNode> gone =
        absent.values().stream()
            .filter(AbsentNode::gone)
            .sorted(Comparator.comparing(AbsentNode::since))
            .toList();
    List<String> forgotten = new ArrayList<>();
    for (int i = 0; i < gone.size(); i++) {
      AbsentNode node = gone.get(i);
      if (gone.size() - i > MOST_GONE || node.since().plus(REMEMBERED).isBefore(now)) {
        absent.remove(node.name());
        forgotten.add(node.name());
      }
    }
    return forgotten;
  }

  /** Those that went away after {@code earliest}, in the order of their names. */
  List<AbsentNode> after(Instant earliest) {
    return absent.values().stream().filter(node -> node.since().isAfter(earliest)).toList();
  }

  private static boolean isTaintedAsAbsent(Node node) {
    return node.getSpec() != null
        && node.getSpec().getTaints().stream()
            .anyMatch(taint -> NodeInfo.NOT_READY.contains(taint.getKey()));
  }

  private static NodeCondition readiness(Node node) {
    return node.getStatus() == null
        ? null
        : node.getStatus().getConditions().stream()
            .filter(condition -> "Ready".equals(condition.getType()))
            .findFirst()
            .orElse(null);
  }

  private static Instant time(String text, Instant otherwise) {
    try {
      return text == null ? otherwise : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return otherwise;
    }
  }
}
