package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

@DisplayName("docs/cli.md")
final class CliDocsTest {
  private static final Pattern OPTION = Pattern.compile("(?m)^\\| `(-[^`]*)` \\|");
  private static final String COMMON = "Which cluster";

  @ParameterizedTest
  @ValueSource(strings = {"plan", "explain"})
  @DisplayName("lists the options that --help lists")
  void options(String command) {
    Set<String> real =
        Main.commandLine().getSubcommands().get(command).getCommandSpec().options().stream()
            .filter(option -> !option.hidden())
            .map(CliDocsTest::written)
            .collect(Collectors.toCollection(TreeSet::new));
    real.removeIf(option -> option.contains("--help") || option.contains("--version"));

    Set<String> documented = new TreeSet<>(listed(section(command)));
    documented.addAll(listed(section(COMMON)));

    assertThat(documented).isEqualTo(real);
  }

  @Test
  @DisplayName("has the exit codes of plan")
  void exitCodes() {
    Main.commandLine()
        .getSubcommands()
        .get("plan")
        .getCommandSpec()
        .usageMessage()
        .exitCodeList()
        .forEach(
            (code, meaning) ->
                assertThat(section("plan")).contains("| " + code + " | " + meaning + " |"));
  }

  private static Set<String> listed(String section) {
    return OPTION
        .matcher(section)
        .results()
        .map(option -> option.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** As in a usage text: {@code -f, --filename FILE}. */
  private static String written(OptionSpec option) {
    String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    return String.join(", ", option.names()) + label;
  }

  private static String section(String heading) {
    String page = Yaml.file("docs/cli.md");
    String from = page.substring(page.indexOf("\n## " + heading + "\n") + 1);
    int end = from.indexOf("\n## ");
    return end < 0 ? from : from.substring(0, end);
  }
}
