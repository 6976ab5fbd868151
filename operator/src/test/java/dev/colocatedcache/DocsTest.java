package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.status.Problem;
import dev.colocatedcache.testing.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The documentation")
final class DocsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)[^)]*\\)");
  private static final Pattern TARGET =
      Pattern.compile("`make ([a-z0-9-]+)`|\\$ make ([a-z0-9-]+)");

  /** Words of Kubernetes' own that the code compares with. */
  private static final Set<String> NO_REASONS =
      Set.of(
          "DoesNotExist",
          "NamespaceTerminating",
          "NewReplicaSetAvailable",
          "NotIn",
          "PreferClose",
          "PreferSameNode",
          "PreferSameZone");

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of("README.md", "CONTRIBUTING.md", "devcluster/README.md").map(ROOT::resolve),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  @DisplayName("links to what is there")
  void links(Path page) {
    assertThat(LINK.matcher(Yaml.file(page)).results().map(link -> link.group(1)))
        .filteredOn(link -> !link.startsWith("http"))
        .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  @DisplayName("names targets that the Makefile has")
  void targets(Path page) {
    String makefile = Yaml.file("Makefile");

    assertThat(TARGET.matcher(Yaml.file(page)).results().map(DocsTest::target))
        .allSatisfy(target -> assertThat(makefile).contains("\n" + target + ": ## "));
  }

  @ParameterizedTest
  @EnumSource(Problem.Reason.class)
  @DisplayName("explains every reason for which a ColocatedCache is Stalled, once, and what to do")
  void reasons(Problem.Reason reason) {
    assertThat(Yaml.file("docs/conditions.md")).containsOnlyOnce("\n| " + reason + " | ");
    assertThat(Yaml.file("docs/runbook.md"))
        .as("and what to do")
        .containsOnlyOnce("\n| " + reason + " | ");
  }

  /** Reasons are written where they are given, as one word of several. */
  static List<String> words() throws IOException {
    Pattern word = Pattern.compile("\"([A-Z][a-z]+(?:[A-Z][a-z]+)+)\"");
    List<String> words = new ArrayList<>();
    for (String folder : List.of("status", "reconcile")) {
      Path sources = Path.of("src/main/java/dev/colocatedcache").resolve(folder);
      try (Stream<Path> files = Files.walk(sources)) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .flatMap(file -> word.matcher(Yaml.file(file)).results().map(match -> match.group(1)))
            .filter(text -> !NO_REASONS.contains(text))
            .forEach(words::add);
      }
    }
    return words.stream().distinct().sorted().toList();
  }

  @ParameterizedTest
  @MethodSource("words")
  @DisplayName("explains every reason of a condition or an Event, and says what to do")
  void everyReason(String word) {
    assertThat(Yaml.file("docs/conditions.md")).containsPattern("\\b" + word + "\\b");
    assertThat(Yaml.file("docs/runbook.md")).containsPattern("\\b" + word + "\\b");
  }

  @Test
  @DisplayName("has every decision in its list")
  void decisions() throws IOException {
    String list = Yaml.file("docs/adr/README.md");

    assertThat(pages())
        .map(page -> page.getFileName().toString())
        .filteredOn(name -> name.matches("\\d{4}-.*"))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(list).contains("](" + name + ")"));
  }

  private static String target(MatchResult match) {
    return match.group(1) == null ? match.group(2) : match.group(1);
  }
}
