package dev.colocatedcache.devcluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code devcluster run} as a child. It ends when its standard input closes, and so with this JVM,
 * however that ends.
 */
final class DevclusterProcess implements AutoCloseable {
  private static final Pattern KUBECONFIG = Pattern.compile("export KUBECONFIG=(\\S+)");
  private static final Pattern PATH = Pattern.compile("PATH=(\\S+):");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Process process;
  private final Path kubeconfig;
  private final Path kubectl;

  private DevclusterProcess(Process process, Path kubeconfig, Path kubectl) {
    this.process = process;
    this.kubeconfig = kubeconfig;
    this.kubectl = kubectl;
  }

  static DevclusterProcess start(int nodes, boolean audit, int nodeGraceSeconds, String emulate)
      throws IOException {
    Path script = script();
    String name = "it-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    List<String> command =
        new ArrayList<>(
            List.of(
                script.toString(),
                "run",
                "--until-stdin-closes",
                "--name",
                name,
                "--nodes",
                Integer.toString(nodes)));
    kubeVersion().ifPresent(version -> command.addAll(List.of("--kube", version)));
    if (audit) {
      command.add("--audit");
    }
    if (nodeGraceSeconds > 0) {
      command.addAll(List.of("--node-grace", nodeGraceSeconds + "s"));
    }
    if (!emulate.isEmpty()) {
      command.addAll(List.of("--emulate", emulate));
    }
    Process process = new ProcessBuilder(command).start();
    List<String> said = Collections.synchronizedList(new ArrayList<>());
    Thread echo = new Thread(() -> echo(process.getErrorStream(), said), name + " stderr");
    echo.setDaemon(true);
    echo.start();
    // It says this one line once it is up; where it has to build first, that takes minutes.
    String line = new BufferedReader(reader(process.getInputStream())).readLine();
    Matcher matcher = KUBECONFIG.matcher(line == null ? "" : line);
    if (!matcher.find()) {
      process.destroy();
      join(echo);
      throw new IllegalStateException("no devcluster:\n" + String.join("\n", said));
    }
    Path kubeconfig = Path.of(matcher.group(1));
    return new DevclusterProcess(process, kubeconfig, kubectl(script, name));
  }

  /** The version to test with: {@code KUBE} of the environment, or {@code -Dkube=1.35}. */
  private static Optional<String> kubeVersion() {
    return Optional.ofNullable(System.getProperty("kube"))
        .or(() -> Optional.ofNullable(System.getenv("KUBE")))
        .filter(version -> !version.isBlank());
  }

  private static Path script() {
    for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
      Path script = dir.resolve("devcluster").resolve("devcluster");
      if (Files.isExecutable(script)) {
        return script;
      }
    }
    throw new IllegalStateException(
        "run the tests from inside the project: there is no devcluster/devcluster above "
            + Path.of("").toAbsolutePath());
  }

  private static Path kubectl(Path script, String name) throws IOException {
    Process env = new ProcessBuilder(script.toString(), "env", "--name", name).start();
    env.getOutputStream().close();
    String line = new BufferedReader(reader(env.getInputStream())).readLine();
    Matcher matcher = PATH.matcher(line == null ? "" : line);
    if (!matcher.find()) {
      throw new IllegalStateException("devcluster env says: " + line);
    }
    return Path.of(matcher.group(1), "kubectl");
  }

  Path kubeconfig() {
    return kubeconfig;
  }

  Path kubectl() {
    return kubectl;
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroy();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }

  private static void echo(InputStream stream, List<String> said) {
    try (BufferedReader lines = new BufferedReader(reader(stream))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
        System.err.println("devcluster: " + line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStreamReader reader(InputStream stream) {
    return new InputStreamReader(stream, StandardCharsets.UTF_8);
  }

  private static void join(Thread thread) {
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
