package dev.colocatedcache.ops;

import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.spi.metrics.HttpClientMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.function.Consumer;

/**
 * Asks for the lease once more when a write is about to go out. Between the {@link LeaseFence} and
 * the wire a request waits for a connection and for a thread, and a process that is stopped just
 * there would go on with it long after. Vert.x tells whoever measures it that a request begins, on
 * the thread that then writes it to the connection.
 */
public final class FencedHttpClient {
  private FencedHttpClient() {}

  /**
   * Clients that let nothing out without the lease.
   *
   * @param end is called with the reason on the thread that would have sent a write; it must not
   *     return
   */
  public static HttpClient.Factory factory(Tenure tenure, Consumer<String> end) {
    // Names are looked up as the Java runtime does it, as in fabric8's own instance of Vert.x.
    System.setProperty("vertx.disableDnsResolver", "true");
    VertxOptions options =
        new VertxOptions()
            .setUseDaemonThread(true)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false))
            .setMetricsOptions(new MetricsOptions().setEnabled(true));
    OfVertx measures = new OfVertx(new Requests(tenure, end));
    return new VertxHttpClientFactory(
        Vertx.builder().with(options).withMetrics(ignored -> measures).build());
  }

  private record OfVertx(Requests requests) implements VertxMetrics {
    @Override
    public HttpClientMetrics<?, ?, ?, ?> createHttpClientMetrics(HttpClientOptions options) {
      return new OfHttp(requests);
    }
  }

  private record OfHttp(Requests requests)
      implements HttpClientMetrics<Object, Object, Object, Object> {
    @Override
    public ClientMetrics<Object, Object, HttpRequest, HttpResponse> createEndpointMetrics(
        SocketAddress remoteAddress, int maxPoolSize) {
      return requests;
    }
  }

  private record Requests(Tenure tenure, Consumer<String> end)
      implements ClientMetrics<Object, Object, HttpRequest, HttpResponse> {
    @Override
    public void requestBegin(Object queued, String uri, HttpRequest request) {
      requestBegin(uri, request);
    }

    @Override
    public Object requestBegin(String uri, HttpRequest request) {
      if (ApiRequests.writes(request.method().name(), uri) && !tenure.holds()) {
        end.accept("the lease ran out before %s %s was sent".formatted(request.method(), uri));
      }
      return null;
    }
  }
}
