package dev.colocatedcache.ops;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts every request by which the operator asks the API server to write, as {@code
 * colocatedcache_api_writes_total}. At rest it stands still.
 */
public final class ApiWrites implements Interceptor {
  private final MeterRegistry registry;

  /** Counts in {@code registry}. */
  public ApiWrites(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (!ApiRequests.writes(request)) {
      return;
    }
    String query = request.uri().getQuery();
    boolean dryRun = query != null && query.contains("dryRun=");
    Counter.builder("colocatedcache.api.writes")
        .description(
            "Requests by which the operator asked the API server to write. At rest there are none.")
        .tag("verb", ApiRequests.verb(request))
        .tag("dry_run", String.valueOf(dryRun))
        .register(registry)
        .increment();
  }
}
