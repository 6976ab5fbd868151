package dev.colocatedcache.ops;

import io.fabric8.kubernetes.client.http.HttpRequest;
import java.util.Locale;

/** What the requests to the API server are for. */
final class ApiRequests {
  private static final String ACCESS_REVIEWS = "/apis/authorization.k8s.io/";

  private ApiRequests() {}

  /** The method in lower case. */
  static String verb(HttpRequest request) {
    return request.method().toLowerCase(Locale.ROOT);
  }

  /** Whether it asks the API server to write, be it as a dry run. */
  static boolean writes(HttpRequest request) {
    return writes(request.method(), request.uri().getPath());
  }

  /** The same of a request with that method to that path. */
  static boolean writes(String method, String path) {
    // An access review is a question that has to be posted.
    return !method.equalsIgnoreCase("get") && !path.contains(ACCESS_REVIEWS);
  }
}
