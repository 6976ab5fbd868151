package dev.colocatedcache.testing;

import dev.colocatedcache.devcluster.Command;
import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Helm itself, as {@code e2e/tool helm} builds it, under the account that may do everything. */
public final class Helm {
  /** The chart of the operator. */
  public static final Path CHART = Path.of("..", "deploy", "helm", "colocatedcache-operator");

  /** Where Go's build cache is cold, it is built first. */
  private static final long BUILD_SECONDS = 1200;

  private final Devcluster cluster;
  private final String binary;

  public Helm(Devcluster cluster) {
    this.cluster = cluster;
    binary = run(List.of("../e2e/tool", "helm"), BUILD_SECONDS).orFail().strip();
  }

  /** Runs {@code helm} with these arguments. */
  public CommandResult run(String... arguments) {
    List<String> command = new ArrayList<>(List.of(binary));
    command.addAll(List.of(arguments));
    return run(command, Command.LIMIT_SECONDS);
  }

  private CommandResult run(List<String> command, long limitSeconds) {
    Path scratch = cluster.scratch();
    return Command.run(
        command,
        Map.of(
            "KUBECONFIG", cluster.kubeconfig().toString(),
            "HELM_CACHE_HOME", scratch.resolve("helm-cache").toString(),
            "HELM_CONFIG_HOME", scratch.resolve("helm-config").toString(),
            "HELM_DATA_HOME", scratch.resolve("helm-data").toString()),
        "",
        scratch,
        limitSeconds);
  }
}
