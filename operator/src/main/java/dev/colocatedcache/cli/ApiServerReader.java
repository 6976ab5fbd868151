package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.KubernetesVersion;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Reads a cluster from its API server into a {@link ClusterInput}, page by page. */
final class ApiServerReader {
  private static final int PAGE = 500;

  private final KubernetesClient client;

  ApiServerReader(KubernetesClient client) {
    this.client = client;
  }

  /**
   * The version that the API server says it is.
   *
   * @throws BadInputException if it cannot be reached
   */
  KubernetesVersion version() {
    try {
      return KubernetesVersion.parse(client.getKubernetesVersion().getGitVersion());
    } catch (KubernetesClientException failure) {
      throw new BadInputException("cannot ask " + url() + ": " + rootMessage(failure));
    }
  }

  /**
   * Reads everything that placement depends on, and the ColocatedCaches if there are any.
   *
   * @throws BadInputException if the API server cannot be reached or does not let nodes, pods or
   *     namespaces be listed
   */
  void read(ClusterInput cluster) {
    SnapshotReader reader = new SnapshotReader(cluster);
    list(reader, "/api/v1/nodes", "Node");
    list(reader, "/api/v1/pods", "Pod");
    list(reader, "/api/v1/namespaces", "Namespace");
    listIfAllowed(cluster, reader, "/api/v1/limitranges", "LimitRange");
    listIfAllowed(cluster, reader, "/api/v1/resourcequotas", "ResourceQuota");
    listIfAllowed(cluster, reader, "/apis/node.k8s.io/v1/runtimeclasses", "RuntimeClass");
    listIfAllowed(cluster, reader, "/apis/scheduling.k8s.io/v1/priorityclasses", "PriorityClass");
    listIfAllowed(
        cluster, reader, "/apis/colocatedcache.dev/v1alpha1/colocatedcaches", "ColocatedCache");
  }

  private void list(SnapshotReader reader, String path, String kind) {
    try {
      listPages(reader, path, kind);
    } catch (KubernetesClientException failure) {
      throw new BadInputException(
          failure.getCode() == HttpURLConnection.HTTP_FORBIDDEN
              ? "you may not list "
                  + resource(path)
                  + " in all namespaces: ask for it, or give a --snapshot"
              : "cannot list " + resource(path) + " of " + url() + ": " + rootMessage(failure));
    }
  }

  /** Without these an answer is still worth having. */
  private void listIfAllowed(
      ClusterInput cluster, SnapshotReader reader, String path, String kind) {
    try {
      listPages(reader, path, kind);
    } catch (KubernetesClientException failure) {
      if (failure.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        cluster.note(
            resource(path) + " cannot be listed and are not considered: " + rootMessage(failure));
      }
    }
  }

  private void listPages(SnapshotReader reader, String path, String kind) {
    String next = "";
    do {
      String query =
          next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
      String page = client.raw(path + "?limit=" + PAGE + query);
      next = page == null ? "" : reader.readPage(page, kind, resource(path) + " of " + url());
    } while (!next.isEmpty());
  }

  private String url() {
    return client.getMasterUrl().toString();
  }

  private static String resource(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : JsonInput.shown(message);
  }
}
