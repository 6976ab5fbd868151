package dev.colocatedcache.devcluster;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The kubectl of the cluster's version, under one kubeconfig. */
public final class Kubectl {
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
    return Command.run(
        command,
        Map.of(
            "KUBECONFIG",
            kubeconfig.toString(),
            "PATH",
            path,
            // Another cluster may have had this address before: its cached discovery must not
            // answer.
            "KUBECACHEDIR",
            scratch.resolve("kube-cache").toString()),
        input,
        scratch);
  }
}
