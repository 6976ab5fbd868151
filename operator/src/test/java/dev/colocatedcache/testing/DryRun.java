package dev.colocatedcache.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * Asks the API server what it would do with an object, to the letter: nothing between the test and
 * the server fills in, drops or reorders a field, and no field that the server does not know goes
 * unnoticed.
 */
public final class DryRun implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STRICTLY = "?dryRun=All&fieldValidation=Strict";
  private static final Map<String, String> PLURALS =
      Map.of("Deployment", "deployments", "ColocatedCache", "colocatedcaches");

  /**
   * What the server said.
   *
   * @param code of HTTP
   * @param body the object as it would be stored, or the Status that refuses it
   */
  public record Answer(int code, JsonNode body) {
    /** Whether the server takes it. */
    public boolean taken() {
      return code < 300;
    }

    /** Why the server refuses it; empty where it does not. */
    public String refusal() {
      return taken() ? "" : body.required("message").asText();
    }
  }

  private final KubernetesClient client;

  /**
   * @param client under whose account it is asked
   */
  public DryRun(KubernetesClient client) {
    // A server-side apply that cannot be merged is an internal error, which is not worth asking
    // about again.
    Config once =
        new ConfigBuilder(client.getConfiguration()).withRequestRetryBackoffLimit(0).build();
    this.client = new KubernetesClientBuilder().withConfig(once).build();
  }

  /** As {@code kubectl create} does. */
  public Answer create(JsonNode object) {
    return ask("POST", "application/json", collection(object) + STRICTLY, object);
  }

  /**
   * Waits until the server takes {@code good}, which it does for a while not although it has been
   * given the resource definition.
   */
  public void awaitTaken(JsonNode good) {
    ObservedPairs.settles(
        () -> {
          Answer answer = create(good);
          assertThat(answer.taken()).as(answer.toString()).isTrue();
        });
  }

  /** As {@code kubectl apply --server-side} does. */
  public Answer apply(JsonNode object) {
    return ask(
        "PATCH",
        "application/apply-patch+yaml",
        collection(object)
            + "/"
            + object.at("/metadata/name").asText()
            + STRICTLY
            + "&force=true&fieldManager=test",
        object);
  }

  private static String collection(JsonNode object) {
    return "apis/"
        + object.get("apiVersion").asText()
        + "/namespaces/"
        + object.at("/metadata/namespace").asText()
        + "/"
        + PLURALS.get(object.get("kind").asText());
  }

  @Override
  public void close() {
    client.close();
  }

  private Answer ask(String method, String contentType, String path, JsonNode object) {
    HttpClient http = client.getHttpClient();
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(client.getMasterUrl() + path)
            .method(method, contentType, object.toString())
            .build();
    try {
      HttpResponse<String> response = http.sendAsync(request, String.class).get();
      return new Answer(response.code(), JSON.readTree(response.bodyString()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
