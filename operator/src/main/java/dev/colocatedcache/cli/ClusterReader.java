package dev.colocatedcache.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.TokenFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;
import com.fasterxml.jackson.core.util.JsonParserSequence;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.colocatedcache.affinity.InvalidInputException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/**
 * Reads a cluster: from what {@code kubectl get nodes,pods,namespaces -A -o json} prints, gzipped
 * or not, or from an API server.
 */
final class ClusterReader {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "Node", Node.class,
          "Pod", Pod.class,
          "Namespace", Namespace.class,
          "LimitRange", LimitRange.class,
          "RuntimeClass", RuntimeClass.class,
          "PriorityClass", PriorityClass.class);

  /** What makes up most of a file and has no say in placement. */
  private static final TokenFilter WITHOUT_BALLAST =
      new TokenFilter() {
        private static final Set<String> BALLAST =
            Set.of("managedFields", "env", "volumeMounts", "images", "ownerReferences");

        @Override
        public TokenFilter includeProperty(String name) {
          return BALLAST.contains(name) ? null : this;
        }
      };

  private final ObjectMapper mapper = JsonInput.mapper();

  /**
   * Reads a file, or standard input for {@code -}.
   *
   * @throws BadInputException if it is not such a list, naming the object that cannot be used
   */
  ClusterInput read(Path file, InputStream standardInput) {
    String name = file.toString().equals("-") ? "standard input" : file.toString();
    try (InputStream in = open(file, standardInput)) {
      return read(in);
    } catch (NoSuchFileException missing) {
      throw new BadInputException(name + ": no such file");
    } catch (JsonProcessingException unreadable) {
      throw new BadInputException(name + ": " + JsonInput.complaint(unreadable));
    } catch (IOException unreadable) {
      throw new BadInputException(name + ": cannot be read: " + unreadable.getMessage());
    } catch (BadInputException | InvalidInputException bad) {
      throw new BadInputException(name + ": " + bad.getMessage());
    }
  }

  private static InputStream open(Path file, InputStream standardInput) throws IOException {
    InputStream raw =
        new BufferedInputStream(
            file.toString().equals("-") ? standardInput : Files.newInputStream(file), 1 << 16);
    raw.mark(2);
    boolean zipped = raw.read() == 0x1f && raw.read() == 0x8b;
    raw.reset();
    return zipped ? new GZIPInputStream(raw, 1 << 16) : raw;
  }

  private ClusterInput read(InputStream in) throws IOException {
    ClusterInput cluster = new ClusterInput();
    Set<String> otherKinds = new TreeSet<>();
    boolean any = false;
    boolean list = false;
    try (JsonParser raw = mapper.createParser(in)) {
      JsonParser parser =
          new FilteringParserDelegate(raw, WITHOUT_BALLAST, Inclusion.INCLUDE_ALL_AND_PATH, true);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadInputException("not a List of objects");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean items = parser.currentName().equals("items");
        JsonToken value = parser.nextToken();
        if (!items || value != JsonToken.START_ARRAY) {
          parser.skipChildren();
          continue;
        }
        list = true;
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
          any |= readItem(parser, i, cluster, otherKinds);
        }
      }
      // The parser above ends quietly where its input does.
      if (raw.currentToken() != JsonToken.END_OBJECT || raw.nextToken() != null) {
        throw new BadInputException("the JSON ends too early, or goes on after its end");
      }
    }
    if (!list) {
      throw new BadInputException("not a List of objects: it has no items");
    }
    if (!any && !otherKinds.isEmpty()) {
      throw new BadInputException(
          "a List of "
              + String.join(", ", otherKinds)
              + ": give what 'kubectl get nodes,pods,namespaces -A -o json' prints");
    }
    return cluster;
  }

  /** Reads one object; its kind is looked for first. */
  private boolean readItem(JsonParser parser, int index, ClusterInput cluster, Set<String> others)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new BadInputException("items[" + index + "] is not an object");
    }
    try (TokenBuffer before = new TokenBuffer(parser)) {
      before.copyCurrentEvent(parser);
      String kind = null;
      while (kind == null && parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        before.copyCurrentEvent(parser);
        parser.nextToken();
        if (field.equals("kind")) {
          kind = parser.getText();
        }
        before.copyCurrentStructure(parser);
      }
      if (kind == null) {
        throw new BadInputException("items[" + index + "] has no kind");
      }
      Class<? extends HasMetadata> type = KINDS.get(kind);
      if (type == null) {
        others.add(kind);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          parser.skipChildren();
        }
        return false;
      }
      JsonParser whole = JsonParserSequence.createFlattened(false, before.asParser(), parser);
      whole.nextToken();
      cluster.add(object(whole, type, kind, index));
      return true;
    }
  }

  private HasMetadata object(
      JsonParser parser, Class<? extends HasMetadata> type, String kind, int index)
      throws IOException {
    try {
      return mapper.readValue(parser, type);
    } catch (JsonProcessingException unreadable) {
      throw new BadInputException(
          "items[" + index + "], a " + kind + ": " + JsonInput.complaint(unreadable));
    }
  }

  /**
   * Reads the cluster that the client talks to.
   *
   * @throws BadInputException if it cannot be reached or may not be read
   */
  ClusterInput read(KubernetesClient client) {
    ClusterInput cluster = new ClusterInput();
    addAll(cluster, "nodes", () -> client.nodes().list().getItems());
    addAll(cluster, "pods", () -> client.pods().inAnyNamespace().list().getItems());
    addAll(cluster, "namespaces", () -> client.namespaces().list().getItems());
    addAll(cluster, "limitranges", () -> client.limitRanges().inAnyNamespace().list().getItems());
    addAll(cluster, "runtimeclasses", () -> client.runtimeClasses().list().getItems());
    addAll(
        cluster,
        "priorityclasses",
        () -> client.scheduling().v1().priorityClasses().list().getItems());
    return cluster;
  }

  private static void addAll(
      ClusterInput cluster, String resource, Supplier<List<? extends HasMetadata>> objects) {
    try {
      objects.get().forEach(cluster::add);
    } catch (KubernetesClientException failure) {
      if (failure.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        throw new BadInputException(
            "may not list " + resource + " in all namespaces: ask for it, or give a --snapshot");
      }
      Throwable cause = failure;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new BadInputException(
          "cannot list " + resource + " of the cluster: " + cause.getMessage());
    }
  }
}
