package dev.colocatedcache.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.colocatedcache.devcluster.Devcluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the API server has been asked, as it says itself. */
public final class AuditLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> READING = Set.of("get", "list", "watch");

  private final Devcluster cluster;

  /** The log of {@code cluster}, which has to keep one. */
  public AuditLog(Devcluster cluster) {
    this.cluster = cluster;
  }

  /**
   * A request that was answered.
   *
   * @param credential of the token that it came with: {@code JTI=} and the token's own id
   * @param received when its head had arrived
   * @param code of the answer
   */
  public record Request(
      String credential, Instant received, String verb, String resource, String uri, int code) {

    /** Whether it has changed something. */
    public boolean wrote() {
      return !READING.contains(verb)
          && code < 300
          && !uri.contains("dryRun=")
          // A question that has the form of a write, and stores nothing.
          && !resource.endsWith("accessreviews");
    }
  }

  /** All requests with the token of that id. */
  public List<Request> requests(String credential) {
    try (Stream<String> lines = Files.lines(cluster.auditLog())) {
      return lines
          .filter(line -> line.contains(credential))
          .map(AuditLog::read)
          .filter(request -> request.credential().equals(credential))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Request read(String line) {
    try {
      JsonNode event = JSON.readTree(line);
      return new Request(
          event.at("/user/extra/authentication.kubernetes.io~1credential-id/0").asText(),
          Instant.parse(event.get("requestReceivedTimestamp").asText()),
          event.get("verb").asText(),
          event.at("/objectRef/resource").asText(),
          event.get("requestURI").asText(),
          event.at("/responseStatus/code").asInt());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
