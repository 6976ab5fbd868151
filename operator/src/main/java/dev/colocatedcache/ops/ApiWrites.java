package dev.colocatedcache.ops;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/**
 * Counts every request by which the operator asks the API server to write, as {@code
 * colocatedcache_api_writes_total}. At rest it stands still.
 */
public final class ApiWrites implements Interceptor {
  private static final String ACCESS_REVIEWS = "/apis/authorization.k8s.io/";

  private final MeterRegistry registry;

  /** Counts in {@code registry}. */
  public ApiWrites(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String method = request.method().toLowerCase(Locale.ROOT);
    // An access review is a question that has to be posted.
    if (method.equals("get") || request.uri().getPath().startsWith(ACCESS_REVIEWS)) {
      return;
    }
    String query = request.uri().getQuery();
    boolean dryRun = query != null && query.contains("dryRun=");
    registry
        .counter("colocatedcache.api.writes", "verb", method, "dry_run", String.valueOf(dryRun))
        .increment();
  }
}
