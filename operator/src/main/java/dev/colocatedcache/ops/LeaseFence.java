package dev.colocatedcache.ops;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;

/**
 * Lets no write through to the API server unless this process is the leader. A process that was
 * stopped, or that could not reach the API server, may find the next leader at work when it goes
 * on; it must not finish what it was about to do.
 */
public final class LeaseFence implements Interceptor {
  private final Tenure tenure;

  /** Asks {@code tenure} before each write. */
  public LeaseFence(Tenure tenure) {
    this.tenure = tenure;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (ApiRequests.writes(request) && !tenure.holds()) {
      throw new KubernetesClientException(
          "not written, for this process is not the leader: %s %s"
              .formatted(request.method(), request.uri().getPath()));
    }
  }
}
