package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.KubernetesVersion;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** Which cluster a command looks at. */
final class ClusterOptions {
  @Option(
      names = "--snapshot",
      paramLabel = "FILE",
      description =
          "Look at this cluster instead of the current one: what 'kubectl get"
              + " nodes,pods,namespaces -A -o json' prints, gzipped or not; - for standard input."
              + " Limit ranges, runtime classes and priority classes in it are heeded too.")
  private Path snapshot;

  @Option(
      names = "--kubernetes-version",
      paramLabel = "VERSION",
      description =
          "Answer as the scheduler of this version, such as v1.34. Default: the cluster's own,"
              + " v1.36 for a snapshot.")
  private String version;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The kubeconfig. Default: what KUBECONFIG names, or ~/.kube/config.")
  private Path kubeconfig;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "The context of the kubeconfig. Default: its current one.")
  private String context;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description =
          "The namespace of objects that do not name theirs. Default: the context's, else"
              + " 'default'.")
  private String namespace;

  /** Whether a snapshot is given. */
  boolean isGiven() {
    return snapshot != null;
  }

  /** Whether the cluster is read from standard input. */
  boolean readsStandardInput() {
    return snapshot != null && snapshot.toString().equals("-");
  }

  /** The version asked for, else {@link KubernetesVersion#DEFAULT}. */
  KubernetesVersion givenVersion() {
    return version == null ? KubernetesVersion.DEFAULT : KubernetesVersion.parse(version);
  }

  /**
   * Reads the cluster.
   *
   * @param keepsPodsOf the names of those nodes whose pods are kept whole
   * @throws BadInputException if it cannot be read
   */
  ClusterInput read(InputStream standardInput, Predicate<String> keepsPodsOf) {
    if (snapshot != null) {
      ClusterInput cluster = new ClusterInput(givenVersion(), keepsPodsOf);
      SnapshotReader reader = new SnapshotReader(cluster);
      if (readsStandardInput()) {
        reader.read(standardInput, "standard input");
      } else {
        reader.read(snapshot);
      }
      return cluster;
    }
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config()).build()) {
      ApiServerReader reader = new ApiServerReader(client);
      ClusterInput cluster =
          new ClusterInput(version == null ? reader.version() : givenVersion(), keepsPodsOf);
      reader.read(cluster);
      return cluster;
    }
  }

  /** The namespace of objects that do not name theirs. */
  String namespace() {
    if (namespace != null) {
      return namespace;
    }
    String ofContext = config().getNamespace();
    return ofContext == null || ofContext.isEmpty() ? "default" : ofContext;
  }

  private Config config() {
    if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
      throw new BadInputException(kubeconfig + ": no such file");
    }
    try {
      Config config =
          kubeconfig == null
              ? Config.autoConfigure(context)
              : Config.fromKubeconfig(context, kubeconfig.toFile());
      if (context != null
          && (config.getCurrentContext() == null
              || !context.equals(config.getCurrentContext().getName()))) {
        throw new BadInputException("the kubeconfig has no context " + context);
      }
      return config;
    } catch (KubernetesClientException e) {
      throw new BadInputException("the kubeconfig cannot be read: " + e.getMessage());
    }
  }
}
