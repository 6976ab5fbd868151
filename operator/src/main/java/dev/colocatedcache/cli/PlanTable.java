package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cli.Plan.Placement;
import java.util.ArrayList;
import java.util.List;

/** A plan for people at a terminal. */
final class PlanTable {

  /** An overview, then for each ColocatedCache its pairs and the nodes that hold none. */
  String table(Plan plan) {
    StringBuilder text = new StringBuilder();
    plan.changes().forEach(change -> text.append("What if: ").append(change).append('\n'));
    if (!plan.changes().isEmpty()) {
      text.append('\n');
    }
    List<List<String>> overview = new ArrayList<>();
    overview.add(List.of("NAMESPACE", "NAME", "REQUESTED", "GRANTED", "STATUS"));
    for (Placement placement : plan.colocatedCaches()) {
      overview.add(
          List.of(
              placement.namespace(),
              placement.name(),
              String.valueOf(placement.capacity().requested()),
              String.valueOf(placement.capacity().granted()),
              placement.capped() ? "capped" : "all granted"));
    }
    text.append(TextTable.of(overview));
    plan.colocatedCaches().forEach(placement -> details(placement, text));
    if (!plan.notes().isEmpty()) {
      text.append('\n');
    }
    plan.notes().forEach(note -> text.append("Note: ").append(note).append('\n'));
    return text.toString();
  }

  private static void details(Placement placement, StringBuilder text) {
    text.append('\n')
        .append(placement.namespace())
        .append('/')
        .append(placement.name())
        .append(": ")
        .append(placement.capacity().message())
        .append('\n');
    if (!placement.pairs().isEmpty()) {
      text.append('\n').append(TextTable.of(pairs(placement)));
    }
    if (!placement.evaluation().rejected().isEmpty()) {
      text.append('\n').append(TextTable.of(rejections(placement)));
    }
    if (!placement.notes().isEmpty()) {
      text.append('\n');
    }
    placement.notes().forEach(note -> text.append("Note: ").append(note).append('\n'));
  }

  private static List<List<String>> pairs(Placement placement) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("PAIR", "DOMAIN", "SERVICE ON", "CACHE ON", "RUNNING"));
    for (Pair pair : placement.pairs()) {
      rows.add(
          List.of(
              String.valueOf(rows.size()),
              pair.domain(),
              placement.node(pair, Role.SERVICE),
              placement.node(pair, Role.CACHE),
              pair.retained() ? "yes" : "no"));
    }
    return rows;
  }

  private static List<List<String>> rejections(Placement placement) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NODE", "REJECTS", "PLUGIN", "REASONS"));
    for (NodeRejection rejection : placement.evaluation().rejected()) {
      rows.add(
          List.of(
              rejection.node(),
              placement.rejectedRole(rejection),
              rejection.plugin(),
              String.join(", ", rejection.reasons())));
    }
    return rows;
  }
}
