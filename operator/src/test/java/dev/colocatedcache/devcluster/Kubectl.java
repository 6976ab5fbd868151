package dev.colocatedcache.devcluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The kubectl of the cluster's version, under one kubeconfig. */
public final class Kubectl {
  private static final long LIMIT_SECONDS = 180;

  private final Path binary;
  private final Path kubeconfig;
  private final Path scratch;
  private final String path;

  Kubectl(Path binary, Path kubeconfig, Path scratch) {
    this(binary, kubeconfig, scratch, System.getenv("PATH"));
  }

  private Kubectl(Path binary, Path kubeconfig, Path scratch, String path) {
    this.binary = binary;
    this.kubeconfig = kubeconfig;
    this.scratch = scratch;
    this.path = path;
  }

  /** The same, which finds the plugins of a folder besides. */
  public Kubectl withPlugins(Path folder) {
    String more = folder.toAbsolutePath().normalize() + File.pathSeparator + path;
    return new Kubectl(binary, kubeconfig, scratch, more);
  }

  /** Runs {@code kubectl} with these arguments and nothing on its standard input. */
  public CommandResult run(String... args) {
    return runWithInput("", args);
  }

  /**
   * Runs {@code kubectl} with that text on its standard input, as in {@code apply -f -}.
   *
   * @throws AssertionError if it takes longer than three minutes
   */
  public CommandResult runWithInput(String input, String... args) {
    List<String> command = new ArrayList<>();
    command.add(binary.toString());
    command.addAll(Arrays.asList(args));
    try {
      Path in = Files.createTempFile(scratch, "kubectl", ".in");
      Path out = Files.createTempFile(scratch, "kubectl", ".out");
      Path err = Files.createTempFile(scratch, "kubectl", ".err");
      try {
        Files.writeString(in, input);
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("PATH", path);
        // Another cluster may have had this address before: its cached discovery must not answer.
        builder.environment().put("KUBECACHEDIR", scratch.resolve("kube-cache").toString());
        Process process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(
              String.join(" ", command) + " takes longer than " + LIMIT_SECONDS + " s");
        }
        return new CommandResult(process.exitValue(), read(out), read(err));
      } finally {
        Files.deleteIfExists(in);
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
