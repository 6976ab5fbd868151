package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.affinity.PodJudgement;
import dev.colocatedcache.affinity.Verdict;
import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Why a pod would or would not be scheduled, as a table or as JSON. */
final class Explanation {
  private final PodJudgement judgement;

  Explanation(PodJudgement judgement) {
    this.judgement = judgement;
  }

  /** Adds the verdicts and the scheduler's line to {@code answer}. */
  ObjectNode asJson(ObjectNode answer) {
    ObjectNode nodes = answer.putObject("nodes");
    judgement
        .verdicts()
        .forEach(
            (name, verdict) -> {
              ObjectNode node = nodes.putObject(name).put("fits", verdict.fits());
              if (verdict instanceof Rejected rejected) {
                node.put("plugin", rejected.plugin());
                ArrayNode reasons = node.putArray("reasons");
                rejected.reasons().forEach(reasons::add);
                node.put("code", code(rejected));
              }
            });
    return answer.put("fitError", judgement.fitError());
  }

  /** A row a node, then the one line that kube-scheduler would write. */
  String asTable() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NODE", "FITS", "PLUGIN", "REASONS"));
    int fitting = 0;
    for (Map.Entry<String, Verdict> entry : judgement.verdicts().entrySet()) {
      if (entry.getValue() instanceof Rejected rejected) {
        rows.add(
            List.of(
                entry.getKey(), "no", rejected.plugin(), String.join(", ", rejected.reasons())));
      } else {
        fitting++;
        rows.add(List.of(entry.getKey(), "yes", "", ""));
      }
    }
    String line =
        judgement.fits()
            ? fitting + " of " + judgement.verdicts().size() + " nodes fit."
            : judgement.fitError();
    return judgement.verdicts().isEmpty() ? line + "\n" : TextTable.of(rows) + "\n" + line + "\n";
  }

  private static String code(Rejected rejected) {
    return switch (rejected.code()) {
      case UNSCHEDULABLE -> "Unschedulable";
      case UNSCHEDULABLE_AND_UNRESOLVABLE -> "UnschedulableAndUnresolvable";
    };
  }
}
