package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The connection to the API server")
final class ApiServerConnectionTest {

  @Test
  @DisplayName("gives a request up after three failures, so that its reason can be told")
  void retries() throws IOException {
    AtomicInteger requests = new AtomicInteger();
    HttpServer failing =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    failing.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.sendResponseHeaders(500, -1);
          exchange.close();
        });
    failing.start();
    try (KubernetesClient client =
        new KubernetesClientBuilder().withConfig(connectionTo(failing).config()).build()) {
      assertThatThrownBy(() -> client.namespaces().withName("default").get())
          .isInstanceOf(KubernetesClientException.class);
    } finally {
      failing.stop(0);
    }
    assertThat(requests).hasValue(3);
  }

  private static ApiServerConnection connectionTo(HttpServer server) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://localhost:" + server.getAddress().getPort())
            .build();
    return new ApiServerConnection(config);
  }
}
