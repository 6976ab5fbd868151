package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.PairManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The page of a plan")
final class PlanPageTest {
  private static final Pattern TEXT = Pattern.compile("<[^>]*>");
  private static final Pattern NODE =
      Pattern.compile("<li class=\"node ([a-z ]*)\" title=\"([^\"]*)\"");

  @TempDir private Path folder;

  @Test
  @DisplayName("shows each node in its zone, with its pair or the reason why it has none")
  void nodes() throws IOException {
    String page =
        page(
            Path.of("src/test/resources/plan/checkout.yaml"),
            Path.of("src/test/resources/plan/cluster.json"));

    assertThat(page).contains("<h3>zone-a<small>", "<h3>zone-b<small>", "<h3>zone-c<small>");
    assertThat(shown(page))
        .containsExactlyInAnyOrder(
            "pair running: alder: service and cache, running",
            "pair running cordoned: birch: service and cache, running",
            "no: cedar: node(s) had untolerated taint(s)",
            "no: dogwood: Insufficient cpu",
            "no: elm: Insufficient memory",
            "pair: fir: service and cache, new");
  }

  @Test
  @DisplayName("says all in text, for who does not see the colours")
  void text() throws IOException {
    String page =
        page(
            Path.of("src/test/resources/plan/checkout.yaml"),
            Path.of("src/test/resources/plan/cluster.json"));

    assertThat(TEXT.matcher(page).replaceAll(" ").replaceAll("\\s+", " "))
        .contains("3 of 5 pairs granted", "capped", "6 nodes in 3 zones, 14 pods")
        .contains("dogwood", "Insufficient cpu", "NodeResourcesFit");
    assertThat(page).startsWith("<!DOCTYPE html>\n<html lang=\"en\">").contains("<title>");
  }

  @Test
  @DisplayName("needs nothing from elsewhere, and runs nothing")
  void selfContained() throws IOException {
    String page =
        page(
            Path.of("src/test/resources/plan/checkout.yaml"),
            Path.of("src/test/resources/plan/cluster.json"));

    assertThat(page)
        .contains("default-src 'none'")
        .doesNotContain("<script", "http://", "https://", "url(", "@import", "src=");
  }

  @Test
  @DisplayName("escapes every name")
  void escapes() throws IOException {
    String evil = "<script>alert(1)</script>\\\"&'";

    String page = page(manifest(), cluster(List.of(evil), "</style>"));

    assertThat(page)
        .doesNotContain("<script", "\"&'", "</style>\n</h3>")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;")
        .containsOnlyOnce("</style>");
  }

  @Test
  @DisplayName("has 300 nodes as a map of squares, each of which still says its name and why")
  void many() throws IOException {
    List<String> names = IntStream.range(0, 300).mapToObj(i -> "node-" + i).toList();

    String page = page(manifest(), cluster(names, "a"));

    assertThat(page).contains("class=\"nodes dense\"");
    assertThat(shown(page)).hasSize(300).allMatch(node -> node.contains(": node-"));
  }

  private static List<String> shown(String page) {
    return NODE.matcher(page)
        .results()
        .map((MatchResult node) -> node.group(1) + ": " + node.group(2))
        .toList();
  }

  private static String page(Path manifest, Path snapshot) {
    CommandRun run =
        CommandRun.of(
            "plan",
            "-n",
            "default",
            "-f",
            manifest.toString(),
            "--snapshot",
            snapshot.toString(),
            "-o",
            "html");
    assertThat(run.err()).isEmpty();
    return run.out();
  }

  private Path manifest() throws IOException {
    return Files.writeString(folder.resolve("a.yaml"), PairManifest.named("checkout").yaml());
  }

  private Path cluster(List<String> nodes, String zone) throws IOException {
    return Files.writeString(
        folder.resolve("cluster.json"),
        nodes.stream()
            .map(
                name ->
                    """
                    {"kind": "Node", "metadata": {"name": "%s", "labels":
                      {"kubernetes.io/hostname": "%s", "topology.kubernetes.io/zone": "%s"}},
                     "status": {"allocatable": {"cpu": "1", "memory": "1Gi", "pods": "10"}}}
                    """
                        .formatted(name, name, zone))
            .collect(Collectors.joining(",", "{\"items\": [", "]}")));
  }
}
