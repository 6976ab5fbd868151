package dev.colocatedcache.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API server that the environment names, waited for before anything else is started: who gave
 * the wrong kubeconfig learns it from one sentence, and a server that is away for a while is no
 * reason to end.
 */
final class ApiServerConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServerConnection.class);
  private static final int TIMEOUT_MILLIS = 5_000;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

  /**
   * How often the client itself tries a request again that failed with 5xx or without an answer:
   * within half a second. What is not over then belongs in a status or a log, and is tried again
   * from there; the client's ten times would take most of a minute before anyone learns of it.
   */
  private static final int CLIENT_RETRIES = 2;

  private final Config config;
  private volatile String trouble = "";

  /**
   * @param config where the API server is; from now on its requests are not tried again for long
   */
  ApiServerConnection(Config config) {
    this.config = config;
    config.setRequestRetryBackoffLimit(CLIENT_RETRIES);
  }

  /**
   * What KUBECONFIG, ~/.kube/config or the pod's service account say.
   *
   * @throws BadInputException if none of them is there, or what is there cannot be read
   */
  static ApiServerConnection ofEnvironment() {
    Config config;
    try {
      config = Config.autoConfigure(null);
    } catch (KubernetesClientException | IllegalArgumentException e) {
      throw new BadInputException("the kubeconfig cannot be read: " + rootMessage(e));
    }
    // The client's own guess where it has found nothing.
    if (config.getMasterUrl().startsWith(Config.DEFAULT_MASTER_URL)) {
      throw new BadInputException(
          "no cluster to talk to: let the environment variable KUBECONFIG name a kubeconfig"
              + " (~/.kube/config is looked at too), or run in a pod with a service account");
    }
    return new ApiServerConnection(config);
  }

  Config config() {
    return config;
  }

  /** What keeps the API server from answering, as a sentence; empty when nothing is known. */
  String trouble() {
    return trouble;
  }

  /**
   * Waits until the API server answers.
   *
   * @return whether it does; not if {@code stopped} came first
   */
  boolean await(CountDownLatch stopped) throws InterruptedException {
    // The client itself would try again for a minute before it says anything.
    Config impatient =
        new ConfigBuilder(config)
            .withRequestRetryBackoffLimit(0)
            .withConnectionTimeout(TIMEOUT_MILLIS)
            .withRequestTimeout(TIMEOUT_MILLIS)
            .build();
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(impatient).build()) {
      while (!answers(client)) {
        if (stopped.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
      return true;
    }
  }

  private boolean answers(KubernetesClient client) {
    try {
      client.getKubernetesVersion();
      trouble = "";
      return true;
    } catch (KubernetesClientException e) {
      String now =
          "the API server " + config.getMasterUrl() + " does not answer: " + rootMessage(e);
      if (!now.equals(trouble)) {
        LOG.warn("{}; it is tried again", now);
      }
      trouble = now;
      return false;
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }
}
