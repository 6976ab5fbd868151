package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What kube-scheduler says of a pod in a cluster: a verdict for each node, and the line it writes
 * if none fits.
 */
public final class PodJudgement {

  private final Map<String, Verdict> verdicts;
  private final Optional<Rejected> rejection;

  PodJudgement(Map<String, Verdict> verdicts, Optional<Rejected> rejection) {
    this.verdicts = new LinkedHashMap<>(verdicts);
    this.rejection = rejection;
  }

  /** By node, in the order of their names. */
  public Map<String, Verdict> verdicts() {
    return Collections.unmodifiableMap(verdicts);
  }

  /** Whether some node fits. */
  public boolean fits() {
    return verdicts.values().stream().anyMatch(Verdict::fits);
  }

  /**
   * The line that kube-scheduler writes into the event FailedScheduling, up to what it says of
   * preemption; empty while some node fits.
   */
  public String fitError() {
    if (fits()) {
      return "";
    }
    if (verdicts.isEmpty()) {
      return "no nodes available to schedule pods";
    }
    String reasons =
        rejection.map(r -> String.join(", ", r.reasons())).orElseGet(this::countedReasons);
    return "0/" + verdicts.size() + " nodes are available: " + reasons + ".";
  }

  /** How many nodes each reason was given for, sorted as text: 13 comes before 2. */
  private String countedReasons() {
    Map<String, Integer> counts = new TreeMap<>();
    for (Verdict verdict : verdicts.values()) {
      if (verdict instanceof Rejected rejected) {
        rejected.reasons().forEach(reason -> counts.merge(reason, 1, Integer::sum));
      }
    }
    TreeSet<String> lines = new TreeSet<>();
    counts.forEach((reason, count) -> lines.add(count + " " + reason));
    return String.join(", ", lines);
  }
}
