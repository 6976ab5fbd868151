package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.colocatedcache.devcluster.CommandResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runnable jar as someone meets it at a terminal, with no cluster anywhere. */
@DisplayName("At the command line,")
final class CommandLineIT {
  private static final Path JAR = Path.of("target", "colocatedcache-operator.jar").toAbsolutePath();
  private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z]+) {2,}\\S");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path home;

  @Test
  @DisplayName("every command explains itself, and the jar knows its version")
  void help() {
    CommandResult top = run("--help");
    assertThat(top.orFail()).startsWith("Usage: ").contains("run");
    List<String> commands =
        COMMAND
            .matcher(top.out().substring(top.out().indexOf("Commands:")))
            .results()
            .map((MatchResult found) -> found.group(1))
            .filter(command -> !command.equals("help"))
            .toList();
    assertThat(commands).contains("run");
    for (String command : commands) {
      CommandResult help = run(command, "--help");
      assertThat(help.orFail()).startsWith("Usage: ").contains(" " + command + " ");
      assertThat(help.err()).isEmpty();
    }
    assertThat(run("--version").orFail().strip()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
  }

  @ParameterizedTest(name = "operator {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                    | Which command?
          rum                   | Did you mean: colocatedcache-operator run?
          run extra             | Unmatched argument at index 1: 'extra'
          run --port none       | Invalid value for option '--port': 'none' is not an int
          run --port 70000      | --port is 70000: give one from 0 to 65535
          run --threads 0       | --threads is 0: give 1 or more
          run --namespaces      | Missing required parameter for option '--namespaces'
          run --namespaces a,B_ | --namespaces has 'B_'
          run                   | no cluster to talk to: let the environment variable KUBECONFIG
          plan -f nowhere.yaml  | nowhere.yaml: no such file
          plan --like a         | Missing required argument(s): --add-nodes=N
          explain               | Which pod? Name a file with -f
          """)
  @DisplayName("what is wrong is said in a sentence, with exit code 2")
  void wrong(String arguments, String sentence) {
    CommandResult said = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains(sentence);
    assertNoStackTrace(said);
  }

  @Test
  @DisplayName("a kubeconfig that cannot be read, and a port that is taken, are named")
  void environment() throws IOException {
    Path broken = Files.writeString(home.resolve("broken"), "{{{");
    CommandResult unread = run(broken, "run", "--port", "0");
    assertThat(unread.exit()).isEqualTo(2);
    assertThat(unread.err()).startsWith("the kubeconfig cannot be read: ");
    assertNoStackTrace(unread);

    try (ServerSocket taken = new ServerSocket(0)) {
      CommandResult refused =
          run(nobodyThere(), "run", "--port", Integer.toString(taken.getLocalPort()));
      assertThat(refused.exit()).isEqualTo(2);
      assertThat(refused.err())
          .contains("port " + taken.getLocalPort() + " is taken", "choose another with --port");
      assertNoStackTrace(refused);
    }
  }

  @Test
  @DisplayName("an API server that does not answer is waited for, and SIGTERM ends the waiting")
  void noApiServer() throws IOException, InterruptedException {
    Path out = home.resolve("out");
    Process process = start(nobodyThere(), out, out, "run", "--port", "0");
    try {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(out)
                      .content()
                      .containsPattern(
                          "the API server https://127.0.0.1:1/ does not answer: .*refused; it is"
                              + " tried again"));
      assertThat(process.isAlive()).isTrue();
      process.destroy();
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(out).content().contains("stopping").doesNotContain("\tat ", "ERROR");
    } finally {
      process.destroyForcibly();
    }
  }

  private Path nobodyThere() throws IOException {
    return Files.writeString(
        home.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
        users: [{name: u, user: {token: none}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        current-context: c
        """);
  }

  private static void assertNoStackTrace(CommandResult said) {
    assertThat(said.out() + said.err()).doesNotContain("\tat ", "Exception");
  }

  private CommandResult run(String... arguments) {
    return run(null, arguments);
  }

  private CommandResult run(Path kubeconfig, String... arguments) {
    try {
      Path out = Files.createTempFile(home, "said", ".out");
      Path err = Files.createTempFile(home, "said", ".err");
      Process process = start(kubeconfig, out, err, arguments);
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("does not end: " + String.join(" ", arguments));
      }
      return new CommandResult(process.exitValue(), Files.readString(out), Files.readString(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Process start(Path kubeconfig, Path out, Path err, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Duser.home=" + home));
    command.addAll(List.of("-jar", JAR.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
    if (err.equals(out)) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(err.toFile());
    }
    builder.environment().keySet().removeIf(name -> name.startsWith("KUBE"));
    builder.environment().put("HOME", home.toString());
    if (kubeconfig != null) {
      builder.environment().put("KUBECONFIG", kubeconfig.toString());
    }
    return builder.start();
  }
}
