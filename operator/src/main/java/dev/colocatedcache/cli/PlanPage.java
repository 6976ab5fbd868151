package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cli.Plan.Placement;
import dev.colocatedcache.cli.Plan.Site;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A plan as one page: a map of the nodes by zone with pairs and reasons. It fetches nothing, runs
 * nothing, and says all in text that it shows in colour.
 */
final class PlanPage {
  /** With more nodes than these the map shows squares instead of names. */
  private static final int ROOMY = 60;

  /** Names of so many nodes need not be folded away. */
  private static final int FEW = 12;

  /** Reasons beyond this one share its colour. */
  private static final char LAST_COLOUR = 'F';

  private static final String KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  /** The page. */
  String page(Plan plan) {
    Html html = new Html();
    html.raw(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\
            """)
        .text("Placement plan: " + verdict(plan))
        .raw("</title>\n<style>\n")
        .raw(style())
        .raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#plan\">Skip to the plan</a>\n");
    header(plan, html);
    html.raw("<main id=\"plan\">\n");
    overview(plan, html);
    for (int i = 0; i < plan.colocatedCaches().size(); i++) {
      section(plan, i, html);
    }
    html.raw("</main>\n<footer><p>Reasons are in kube-scheduler’s words. ")
        .raw(
            "A plan says what fits; which of the nodes that fit a pod goes to is the scheduler’s"
                + " choice.")
        .raw("</p></footer>\n</body>\n</html>\n");
    return html.toString();
  }

  private static String style() {
    try (InputStream css = PlanPage.class.getResourceAsStream("plan.css")) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String verdict(Plan plan) {
    long capped = plan.colocatedCaches().stream().filter(Placement::capped).count();
    return capped == 0
        ? "everything is granted"
        : plan.colocatedCaches().size() == 1
            ? "capped"
            : capped + " of " + plan.colocatedCaches().size() + " ColocatedCaches are capped";
  }

  private static void header(Plan plan, Html html) {
    long zones =
        plan.nodes().stream().map(Site::zone).filter(zone -> !zone.isEmpty()).distinct().count();
    int pods = plan.nodes().stream().mapToInt(Site::pods).sum();
    html.raw("<header>\n<h1>Placement plan</h1>\n<p class=\"soft\">")
        .text(
            "%s%s, %s: %s."
                .formatted(
                    count(plan.nodes().size(), "node"),
                    zones == 0 ? "" : " in " + count(zones, "zone"),
                    count(pods, "pod"),
                    verdict(plan)))
        .raw("</p>\n");
    if (!plan.changes().isEmpty()) {
      html.raw("<ul class=\"chips\" aria-label=\"What if\">\n");
      plan.changes().forEach(c -> html.raw("<li>What if: ").text(c).raw("</li>\n"));
      html.raw("</ul>\n");
    }
    notes(plan.notes(), html);
    html.raw("</header>\n");
  }

  private static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  private static void notes(List<String> notes, Html html) {
    if (!notes.isEmpty()) {
      html.raw("<ul class=\"notes soft\">\n");
      notes.forEach(note -> html.raw("<li>").text(note).raw("</li>\n"));
      html.raw("</ul>\n");
    }
  }

  private static void overview(Plan plan, Html html) {
    if (plan.colocatedCaches().size() < 2) {
      return;
    }
    html.raw(
            "<div class=\"card scroll\"><table>\n<caption class=\"vh\">What is granted</caption>\n")
        .raw(
            "<thead><tr><th scope=\"col\">ColocatedCache</th><th scope=\"col\""
                + " class=\"num\">Requested</th>")
        .raw("<th scope=\"col\" class=\"num\">Granted</th><th scope=\"col\">Share</th>")
        .raw("<th scope=\"col\">Status</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < plan.colocatedCaches().size(); i++) {
      Placement placement = plan.colocatedCaches().get(i);
      html.raw("<tr><th scope=\"row\"><a href=\"#c" + i + "\">")
          .text(name(placement))
          .raw("</a></th><td class=\"num\">" + placement.capacity().requested())
          .raw("</td><td class=\"num\">" + placement.capacity().granted() + "</td><td>");
      bar(placement, html);
      html.raw("</td><td>");
      status(placement, html);
      html.raw("</td></tr>\n");
    }
    html.raw("</tbody></table></div>\n");
  }

  private static String name(Placement placement) {
    return placement.namespace() + "/" + placement.name();
  }

  private static void status(Placement placement, Html html) {
    html.raw(
        placement.capped()
            ? "<span class=\"status capped\">▲ capped</span>"
            : "<span class=\"status ok\">✓ all granted</span>");
  }

  private static void bar(Placement placement, Html html) {
    int requested = placement.capacity().requested();
    int percent = requested == 0 ? 100 : (int) (100L * placement.capacity().granted() / requested);
    html.raw(
            "<div class=\"bar" + (placement.capped() ? " capped" : "") + "\" aria-hidden=\"true\">")
        .raw("<i style=\"width:" + percent + "%\"></i></div>");
  }

  private static void section(Plan plan, int index, Html html) {
    Placement placement = plan.colocatedCaches().get(index);
    Reasons reasons = Reasons.of(placement);
    html.raw("<section class=\"card\" id=\"c" + index + "\" aria-labelledby=\"h" + index + "\">\n")
        .raw("<div class=\"head\"><h2 id=\"h" + index + "\">")
        .text(name(placement))
        .raw("</h2>");
    status(placement, html);
    html.raw("</div>\n<p class=\"count\">" + placement.capacity().granted())
        .raw(" <small>of " + placement.capacity().requested() + " pairs granted</small></p>\n");
    bar(placement, html);
    html.raw("<p>").text(placement.capacity().message()).raw("</p>\n");
    notes(placement.notes(), html);
    map(plan, placement, reasons, html);
    reasons.list(html);
    pairs(placement, html);
    html.raw("</section>\n");
  }

  private static void map(Plan plan, Placement placement, Reasons reasons, Html html) {
    Map<String, Set<Role>> taken = roles(placement);
    Set<String> running =
        placement.pairs().stream()
            .filter(Pair::retained)
            .flatMap(pair -> Stream.of(pair.anchorNode(), pair.followerNode()))
            .collect(Collectors.toSet());
    Map<String, List<Site>> zones = new TreeMap<>();
    plan.nodes()
        .forEach(site -> zones.computeIfAbsent(site.zone(), z -> new ArrayList<>()).add(site));
    boolean dense = plan.nodes().size() > ROOMY;
    boolean spare =
        plan.nodes().stream()
            .map(Site::name)
            .anyMatch(node -> !taken.containsKey(node) && !reasons.byNode.containsKey(node));
    legend(placement.pairs(), spare, reasons, html);
    html.raw("<div class=\"zones\">\n");
    zones.forEach(
        (zone, sites) -> {
          long with = sites.stream().filter(site -> taken.containsKey(site.name())).count();
          html.raw("<div class=\"zone\"><h3>")
              .text(zone.isEmpty() ? "No zone" : zone)
              .raw(
                  "<small>" + with + " of " + count(sites.size(), "node") + " taken</small></h3>\n")
              .raw("<ul class=\"nodes" + (dense ? " dense" : "") + "\">\n");
          for (Site site : sites) {
            Set<Role> roles = taken.getOrDefault(site.name(), Set.of());
            node(site, roles, running.contains(site.name()), reasons, dense, html);
          }
          html.raw("</ul></div>\n");
        });
    html.raw("</div>\n");
  }

  private static Map<String, Set<Role>> roles(Placement placement) {
    Map<String, Set<Role>> roles = new HashMap<>();
    for (Pair pair : placement.pairs()) {
      for (Role role : Role.values()) {
        roles
            .computeIfAbsent(placement.node(pair, role), n -> EnumSet.noneOf(Role.class))
            .add(role);
      }
    }
    return roles;
  }

  private static void legend(List<Pair> pairs, boolean spare, Reasons reasons, Html html) {
    html.raw("<ul class=\"legend\" aria-label=\"Legend\">\n");
    if (pairs.stream().anyMatch(Pair::retained)) {
      html.raw("<li><span class=\"sample pair running\"></span>a pair that runs</li>\n");
    }
    if (!pairs.stream().allMatch(Pair::retained)) {
      html.raw("<li><span class=\"sample pair\"></span>a new pair</li>\n");
    }
    if (!pairs.isEmpty()) {
      html.raw(
          """
          <li><span class="dot service"></span>service</li>
          <li><span class="dot cache"></span>cache</li>
          """);
    }
    if (spare) {
      html.raw("<li><span class=\"sample room\"></span>fits, not needed</li>\n");
    }
    for (Reason reason : reasons.inOrder) {
      html.raw("<li>" + reason.key()).text(reason.text()).raw("</li>\n");
    }
    html.raw("</ul>\n");
  }

  private static void node(
      Site site, Set<Role> roles, boolean running, Reasons reasons, boolean dense, Html html) {
    Reason reason = roles.isEmpty() ? reasons.byNode.get(site.name()) : null;
    String state = roles.isEmpty() ? reason == null ? "room" : "no" : "pair";
    String says =
        roles.isEmpty()
            ? reason == null ? "fits, not needed" : reason.text()
            : roles.stream().map(Role::value).collect(Collectors.joining(" and "))
                + (running ? ", running" : ", new");
    html.raw(
            "<li class=\"node "
                + state
                + (running ? " running" : "")
                + (site.cordoned() ? " cordoned" : "")
                + "\" title=\"")
        .text(site.name() + ": " + says)
        .raw("\">");
    StringBuilder dots = new StringBuilder();
    roles.forEach(
        role -> dots.append("<span class=\"dot ").append(role.value()).append("\"></span>"));
    String sign =
        dots.isEmpty()
            ? reason == null ? "" : reason.key()
            : "<span class=\"dots\" aria-hidden=\"true\">" + dots + "</span>";
    if (dense) {
      html.raw(sign).raw("<span class=\"vh\">").text(site.name() + ": " + says).raw("</span>");
    } else {
      html.raw("<b>").text(site.name()).raw("</b><span class=\"why\">").raw(sign).text(says);
      html.raw("</span>");
    }
    html.raw("</li>\n");
  }

  private static void pairs(Placement placement, Html html) {
    if (placement.pairs().isEmpty()) {
      return;
    }
    html.raw(
        """
        <details class="block"><summary>The pairs, one by one</summary>
        <div class="scroll"><table>
        <thead><tr><th scope="col" class="num">Pair</th><th scope="col">Domain</th>\
        <th scope="col">Service on</th><th scope="col">Cache on</th>\
        <th scope="col">Running</th></tr></thead>
        <tbody>
        """);
    int number = 0;
    for (Pair pair : placement.pairs()) {
      number++;
      html.raw("<tr><td class=\"num\">" + number + "</td><td>")
          .text(pair.domain())
          .raw("</td><td>")
          .text(placement.node(pair, Role.SERVICE))
          .raw("</td><td>")
          .text(placement.node(pair, Role.CACHE))
          .raw("</td><td>" + (pair.retained() ? "yes" : "not yet") + "</td></tr>\n");
    }
    html.raw("</tbody></table></div></details>\n");
  }

  /** A reason for which nodes hold no pair; letter is null for those beyond the alphabet. */
  private record Reason(Character letter, String text, String plugin, List<String> nodes) {

    String key() {
      return letter == null
          ? "<span class=\"key f\" aria-hidden=\"true\">·</span>"
          : "<span class=\"key "
              + Character.toLowerCase((char) Math.min(letter, LAST_COLOUR))
              + "\" aria-hidden=\"true\">"
              + letter
              + "</span>";
    }
  }

  /** The reasons, the most frequent first. */
  private record Reasons(List<Reason> inOrder, Map<String, Reason> byNode) {

    static Reasons of(Placement placement) {
      Map<String, List<NodeRejection>> byText = new LinkedHashMap<>();
      for (NodeRejection rejection : placement.evaluation().rejected()) {
        byText.computeIfAbsent(text(placement, rejection), t -> new ArrayList<>()).add(rejection);
      }
      List<Map.Entry<String, List<NodeRejection>>> sorted = new ArrayList<>(byText.entrySet());
      sorted.sort(
          Comparator.comparing(
                  (Map.Entry<String, List<NodeRejection>> entry) -> entry.getValue().size())
              .reversed());
      List<Reason> inOrder = new ArrayList<>();
      Map<String, Reason> byNode = new HashMap<>();
      for (Map.Entry<String, List<NodeRejection>> entry : sorted) {
        Reason reason =
            new Reason(
                inOrder.size() < KEYS.length() ? KEYS.charAt(inOrder.size()) : null,
                entry.getKey(),
                entry.getValue().get(0).plugin(),
                entry.getValue().stream().map(NodeRejection::node).toList());
        inOrder.add(reason);
        reason.nodes().forEach(node -> byNode.put(node, reason));
      }
      return new Reasons(inOrder, byNode);
    }

    private static String text(Placement placement, NodeRejection rejection) {
      String half =
          rejection.role() == NodeRejection.Role.BOTH
              ? ""
              : " (" + placement.rejectedRole(rejection) + ")";
      return String.join(", ", rejection.reasons()) + half;
    }

    void list(Html html) {
      if (inOrder.isEmpty()) {
        return;
      }
      html.raw("<div class=\"block\"><h3>Why not on the others</h3>\n<ul class=\"why-list\">\n");
      for (Reason reason : inOrder) {
        html.raw("<li>" + reason.key() + "<div>")
            .text(reason.text())
            .raw(" <span class=\"soft\">")
            .text(reason.plugin())
            .raw("</span>");
        names(reason.nodes(), html);
        html.raw("</div></li>\n");
      }
      html.raw("</ul></div>\n");
    }
  }

  private static void names(List<String> nodes, Html html) {
    boolean few = nodes.size() <= FEW;
    if (!few) {
      html.raw("<details><summary>" + nodes.size() + " nodes</summary>");
    }
    html.raw("<p class=\"names\">").text(String.join(", ", nodes)).raw("</p>");
    if (!few) {
      html.raw("</details>");
    }
  }

  /** Text that becomes a page: what is not markup is escaped. */
  private static final class Html {
    private final StringBuilder page = new StringBuilder(1 << 16);

    Html raw(String markup) {
      page.append(markup);
      return this;
    }

    Html text(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '&' -> page.append("&amp;");
          case '<' -> page.append("&lt;");
          case '>' -> page.append("&gt;");
          case '"' -> page.append("&quot;");
          case '\'' -> page.append("&#39;");
          default -> page.append(Character.isISOControl(c) ? ' ' : c);
        }
      }
      return this;
    }

    @Override
    public String toString() {
      return page.toString();
    }
  }
}
