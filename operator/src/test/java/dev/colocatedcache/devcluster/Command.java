package dev.colocatedcache.devcluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end. */
public final class Command {
  /** How many seconds most programs may take. */
  public static final long LIMIT_SECONDS = 180;

  private Command() {}

  /**
   * Runs a program.
   *
   * @param command its path and its arguments
   * @param environment what is added to this process's
   * @param input its standard input
   * @param scratch a directory for what it says
   * @throws AssertionError if it takes longer than {@link #LIMIT_SECONDS}
   */
  public static CommandResult run(
      List<String> command, Map<String, String> environment, String input, Path scratch) {
    return run(command, environment, input, scratch, LIMIT_SECONDS);
  }

  /** The same, with a limit of its own. */
  public static CommandResult run(
      List<String> command,
      Map<String, String> environment,
      String input,
      Path scratch,
      long limitSeconds) {
    try {
      Path in = Files.createTempFile(scratch, "command", ".in");
      Path out = Files.createTempFile(scratch, "command", ".out");
      Path err = Files.createTempFile(scratch, "command", ".err");
      try {
        Files.writeString(in, input);
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(
              String.join(" ", command) + " takes longer than " + limitSeconds + " s");
        }
        return new CommandResult(process.exitValue(), Files.readString(out), Files.readString(err));
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
}
