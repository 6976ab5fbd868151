package dev.colocatedcache.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/metrics.md")
final class MetricsDocsTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(\\w+)` \\| (\\w+) \\| ([\\w, ]*)\\| (.*) \\|$");

  /** A metric: its name, its type and what it says. */
  private record Metric(String name, String type, String help) {}

  private static List<Metric> told() {
    try (OperatorMeters meters = new OperatorMeters("1", () -> true)) {
      meters.tell(
          () ->
              Stream.of(
                  Yaml.read(
                      """
                      metadata: {name: a, namespace: b}
                      spec: {}
                      status:
                        capacity: {rejected: [{reason: c, nodes: 1}]}
                        conditions: [{type: Ready, status: "True", reason: d}]
                      """,
                      ColocatedCache.class)));
      assertThat(new ReconcileMetrics(meters.registry())).isNotNull();
      StandardHttpRequest.Builder request = new StandardHttpRequest.Builder();
      request.uri("https://api/apis/apps/v1/deployments").method("PATCH", "", "{}");
      new ApiWrites(meters.registry()).before(request, request.build(), null);
      String scrape = meters.registry().scrape();
      return Pattern.compile("(?m)^# HELP (\\S+) ?(.*)\n# TYPE \\S+ (\\w+)$")
          .matcher(scrape)
          .results()
          .map((MatchResult m) -> new Metric(m.group(1), m.group(3), m.group(2)))
          .toList();
    }
  }

  @Test
  @DisplayName(
      "has every metric of the operator's own, with its type and what it says, and no other")
  void own() {
    List<Metric> documented =
        ROW.matcher(Yaml.file("docs/metrics.md"))
            .results()
            .map((MatchResult m) -> new Metric(m.group(1), m.group(2), m.group(4)))
            .toList();

    List<Metric> own =
        told().stream().filter(metric -> metric.name().startsWith("colocatedcache_")).toList();
    assertThat(documented.stream().map(metric -> metric.name() + " " + metric.type()))
        .containsExactlyInAnyOrderElementsOf(
            own.stream().map(metric -> metric.name() + " " + metric.type()).toList());
    assertThat(documented).filteredOn(metric -> !metric.name().endsWith("_max")).isSubsetOf(own);
  }

  @Test
  @DisplayName("says whose all others are")
  void others() {
    String page = Yaml.file("docs/metrics.md");

    assertThat(told())
        .filteredOn(metric -> !metric.name().startsWith("colocatedcache_"))
        .isNotEmpty()
        .allSatisfy(
            metric ->
                assertThat(page)
                    .containsAnyOf(
                        "`" + metric.name() + "`",
                        "`" + metric.name().replaceFirst("_.*", "") + "_*`"));
  }
}
