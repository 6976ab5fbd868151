package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.testing.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What holds without a Prometheus; e2e/monitoring has one. */
@DisplayName("deploy/monitoring")
final class MonitoringTest {
  private static final Path MONITORING = Path.of("..", "deploy", "monitoring");
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:colocatedcache|jvm|process|logback|operator_sdk)_[a-z_]+)");

  private static JsonNode read(String file) {
    return Yaml.read(Yaml.file(MONITORING.resolve(file)), JsonNode.class);
  }

  private static List<JsonNode> alerts() {
    return items(read("prometheus-rule.yaml").at("/spec/groups/0/rules"));
  }

  private static List<JsonNode> items(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  @Test
  @DisplayName("has an entry in the runbook for every alert, and none for what is no alert")
  void runbook() {
    String runbook = Yaml.file("docs/runbook.md");

    assertThat(alerts())
        .isNotEmpty()
        .allSatisfy(
            alert -> {
              String name = alert.get("alert").asText();
              assertThat(runbook).contains("\n## " + name + "\n");
              assertThat(alert.at("/annotations/runbook").asText())
                  .isEqualTo("docs/runbook.md#" + name.toLowerCase(Locale.ROOT));
              assertThat(alert.at("/annotations/summary").asText()).endsWith(".");
              assertThat(alert.at("/annotations/description").asText()).endsWith(".");
            });
    assertThat(
            Pattern.compile("(?m)^## (ColocatedCache\\w+)$")
                .matcher(runbook)
                .results()
                .map((MatchResult heading) -> heading.group(1)))
        .containsExactlyInAnyOrderElementsOf(
            alerts().stream().map(alert -> alert.get("alert").asText()).toList());
  }

  @Test
  @DisplayName("tests every alert with promtool")
  void tested() {
    String tests = Yaml.file("e2e/alerts.test.yaml");

    assertThat(alerts())
        .allSatisfy(
            alert ->
                assertThat(tests)
                    .containsPattern(
                        "alertname: " + alert.get("alert").asText() + "\n\\s+exp_alerts:"));
  }

  @Test
  @DisplayName("asks for no metric of ours that docs/metrics.md does not have")
  void metrics() {
    String reference = Yaml.file("docs/metrics.md");
    Set<String> asked =
        METRIC
            .matcher(
                Yaml.file("deploy/monitoring/prometheus-rule.yaml")
                    + Yaml.file("deploy/monitoring/dashboard.json"))
            .results()
            .map((MatchResult name) -> name.group(1).replaceFirst("_(bucket|count|sum)$", ""))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(asked)
        .contains("colocatedcache_granted_pairs", "colocatedcache_reconcile_seconds")
        .filteredOn(name -> name.startsWith("colocatedcache_"))
        .allSatisfy(name -> assertThat(reference).contains("| `" + name + "` | "));
  }

  @Test
  @DisplayName("finds the operator's pods by the labels and the port that deploy/ gives them")
  void selectors() {
    JsonNode service = read("service.yaml");
    JsonNode monitor = read("service-monitor.yaml");
    JsonNode labels = service.at("/metadata/labels");

    items(monitor.at("/spec/selector/matchLabels"))
        .forEach(value -> assertThat(items(labels)).contains(value));
    assertThat(monitor.at("/spec/endpoints/0/port")).isEqualTo(service.at("/spec/ports/0/name"));
    assertThat(monitor.at("/spec/endpoints/0/honorLabels").asBoolean()).isTrue();
    String deployment = Yaml.file("deploy/base/operator.yaml");
    assertThat(deployment)
        .contains("- name: " + service.at("/spec/ports/0/targetPort").asText())
        .contains("containerPort: " + service.at("/spec/ports/0/port").asText());
    service
        .at("/spec/selector")
        .properties()
        .forEach(
            label ->
                assertThat(deployment).contains(label.getKey() + ": " + label.getValue().asText()));
  }
}
