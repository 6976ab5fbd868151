package dev.colocatedcache.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Answers {@code /healthz}, {@code /readyz} and {@code /metrics} over HTTP. */
public final class OpsServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService executor = Executors.newFixedThreadPool(2);

  /**
   * Starts listening.
   *
   * @param port 0 for any free one
   * @param notReady why the operator is not ready to work; empty text when it is
   * @throws IOException if the port is taken
   */
  public OpsServer(int port, Supplier<String> notReady, PrometheusMeterRegistry registry)
      throws IOException {
    server = HttpServer.create(new InetSocketAddress(port), 0);
    server.setExecutor(executor);
    // Alive is all that /healthz says: a restart mends no missing permission and no lost API
    // server.
    server.createContext("/healthz", exchange -> answer(exchange, "", "text/plain", "ok"));
    server.createContext(
        "/readyz", exchange -> answer(exchange, notReady.get(), "text/plain", "ok"));
    server.createContext(
        "/metrics",
        exchange -> answer(exchange, "", "text/plain; version=0.0.4", registry.scrape()));
    server.start();
  }

  /** The port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private static void answer(HttpExchange exchange, String trouble, String type, String text)
      throws IOException {
    boolean well = trouble.isEmpty();
    byte[] body = ((well ? text : trouble) + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(
        well ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_UNAVAILABLE, body.length);
    try (exchange) {
      exchange.getResponseBody().write(body);
    }
  }
}
