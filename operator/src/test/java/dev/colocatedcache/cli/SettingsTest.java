package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.colocatedcache.ops.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

@DisplayName("The settings of run")
final class SettingsTest {
  @TempDir private Path directory;

  private static CommandLine command() {
    return new CommandLine(new RunCommand());
  }

  private Path file(String text) {
    try {
      return Files.writeString(directory.resolve("config.yaml"), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Object value(String option, Map<String, String> environment, String... arguments) {
    CommandLine run = command();
    run.setDefaultValueProvider(Settings.of(run, List.of(arguments), environment));
    run.parseArgs(arguments);
    OptionSpec found = run.getCommandSpec().findOption(option);
    return found.getValue();
  }

  @Test
  @DisplayName("are the command line's, else the environment's, else the file's, else the defaults")
  void precedence() {
    String file = file("port: 3\nlog-format: json\n").toString();
    Map<String, String> environment = Map.of("COLOCATEDCACHE_PORT", "2");

    assertThat(value("--port", Map.of())).isEqualTo(8080);
    assertThat(value("--port", Map.of(), "--config", file)).isEqualTo(3);
    assertThat(value("--port", environment, "--config=" + file)).isEqualTo(2);
    assertThat(value("--port", environment, "--config", file, "--port", "1")).isEqualTo(1);
    assertThat(value("--port", Map.of("COLOCATEDCACHE_CONFIG", file))).isEqualTo(3);
    assertThat(value("--port", Map.of("COLOCATEDCACHE_PORT", ""))).isEqualTo(8080);
  }

  @Test
  @DisplayName("may be lists, switches and durations in the file")
  void kinds() {
    String file =
        file("""
                namespaces: [a, b]
                leader-elect: true
                leader-elect-lease-duration: 1m
                sync-timeout: 20
                log-level:
                  - info
                  - io.fabric8=debug
                """)
            .toString();

    assertThat(value("--namespaces", Map.of(), "--config", file)).hasToString("[a, b]");
    assertThat(value("--leader-elect", Map.of(), "--config", file)).isEqualTo(true);
    assertThat(value("--leader-elect-lease-duration", Map.of(), "--config", file))
        .hasToString("PT1M");
    assertThat(value("--sync-timeout", Map.of(), "--config", file)).hasToString("PT20S");
    assertThat(value("--log-level", Map.of(), "--config", file))
        .isEqualTo(List.of("info", "io.fabric8=debug"));
    assertThat(value("--leader-elect", Map.of(), "--leader-elect")).isEqualTo(true);
    assertThat(value("--leader-elect", Map.of(), "--config", file, "--leader-elect=false"))
        .isEqualTo(false);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          prot: 8080         | there is no setting 'prot'; there are leader-elect,
          config: other.yaml | there is no setting 'config'
          help: true         | there is no setting 'help'
          port:              | 'port' has no value: give one, or a list
          port: {a: b}       | 'port' has no value: give one, or a list
          just text          | give settings, one a line, as in 'log-level: debug'
          '"'                | is not YAML
          """)
  @DisplayName("are refused in a sentence where the file has what is none")
  void refused(String text, String sentence) {
    Path file = file(text);

    CommandRun said = CommandRun.of("run", "--config", file.toString());

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).startsWith("--config: " + file + ": ").contains(sentence);
  }

  @Test
  @DisplayName("are refused where the file is not there, or a value is none")
  void values() {
    assertThat(CommandRun.of("run", "--config", "nowhere.yaml").err())
        .startsWith("--config: nowhere.yaml: cannot be read");
    assertThat(CommandRun.of("run", "--config", file("port: web").toString()).err())
        .contains("Invalid value for option '--port'")
        .contains("'web' is not an int");
    assertThat(CommandRun.of("run", "--config", file("log-level: loud").toString()).err())
        .startsWith("--log-level has 'loud': give error, warn, info, debug or trace");
    assertThat(CommandRun.of("run", "--config", file("log-format: xml").toString()).err())
        .contains("Invalid value for option '--log-format'");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --leader-elect-lease-duration=10s          | is 10s: give more than --leader-elect-renew-deadline
          --leader-elect-lease-duration=15s500ms     | is 15500ms: give whole seconds
          --leader-elect-renew-deadline=3s           | is 3s: give at least twice --leader-elect-retry-period
          --leader-elect-retry-period=0              | is 0s: give 1ms or more
          --leader-elect-retry-period=soon           | 'soon' is not a duration: give one like 15s
          --sync-timeout=0                           | is 0s: give 1ms or more
          """)
  @DisplayName("are refused where they contradict each other")
  void contradictions(String argument, String sentence) {
    CommandRun said = CommandRun.of("run", argument);

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains(sentence);
  }

  @Test
  @DisplayName(
      "change the log's levels at once when the file changes, and nothing when it is broken")
  void watched() {
    Path path = file("log-level: info");
    List<String> keys = List.copyOf(Settings.keys(command()));
    Logs logs = new Logs();
    SettingsWatch watch = new SettingsWatch(path, keys, Settings.read(path, keys), logs);
    var logger = LoggerFactory.getLogger("dev.colocatedcache.some.Class");
    try {
      file("log-level: [info, dev.colocatedcache.some=trace]\nport: 1");
      watch.run();
      assertThat(logger.isTraceEnabled()).isTrue();

      file("log-level: loud");
      watch.run();
      file("nothing: known");
      watch.run();
      assertThat(logger.isTraceEnabled()).isTrue();

      file("");
      watch.run();
      assertThat(logger.isDebugEnabled()).isFalse();
    } finally {
      logs.levels(Map.of());
    }
  }

  @Test
  @DisplayName("name a logger and a level")
  void levels() {
    assertThat(LogOptions.parse(List.of("warn", "io.fabric8=debug")))
        .hasToString("{dev.colocatedcache=WARN, io.fabric8=DEBUG}");
    assertThatThrownBy(() -> LogOptions.parse(List.of("=debug")))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> LogOptions.parse(List.of(""))).isInstanceOf(BadInputException.class);
  }
}
