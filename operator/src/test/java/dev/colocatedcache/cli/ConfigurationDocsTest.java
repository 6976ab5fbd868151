package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

@DisplayName("docs/configuration.md")
final class ConfigurationDocsTest {
  private static final CommandLine RUN = Main.commandLine().getSubcommands().get("run");

  private static List<OptionSpec> options() {
    return RUN.getCommandSpec().options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .toList();
  }

  @Test
  @DisplayName(
      "has a row for every option of run, and no other, with its variable, default and meaning")
  void rows() {
    List<String> documented =
        Yaml.file("docs/configuration.md")
            .lines()
            .filter(line -> line.startsWith("| `--"))
            .toList();

    assertThat(documented).containsExactlyElementsOf(options().stream().map(this::row).toList());
  }

  private String row(OptionSpec option) {
    String name = option.longestName();
    String key = name.equals(Settings.FILE) ? "" : "`" + Settings.key(name) + "`";
    String otherwise =
        Objects.toString(option.defaultValue(), "").isEmpty()
            ? ""
            : "`" + option.defaultValue() + "`";
    return "| `%s %s` | `%s` | %s | %s | %s |"
        .formatted(
            name,
            option.paramLabel().replace("|", "\\|"),
            Settings.variable(name),
            key,
            otherwise,
            String.join(" ", option.description()));
  }

  @Test
  @DisplayName("says no more than run --help, which says how each can be set")
  void help() {
    // Of the words alone: lines are broken anywhere.
    String help = RUN.getUsageMessage(CommandLine.Help.Ansi.OFF).replaceAll("\\s+", " ");

    assertThat(options())
        .allSatisfy(
            option ->
                assertThat(help)
                    .contains(option.longestName())
                    .contains(String.join(" ", option.description())));
    assertThat(help)
        .contains("COLOCATEDCACHE_LOG_LEVEL=debug", "'log-level: debug'")
        .contains("The command line counts most, then the environment, then the file.");
  }
}
