package dev.colocatedcache.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.colocatedcache.affinity.InvalidInputException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads what {@code kubectl get nodes,pods,namespaces -A -o json} prints into a {@link
 * ClusterInput}, object by object, so that a file may be larger than memory. LimitRanges,
 * ResourceQuotas, RuntimeClasses and PriorityClasses count as well if they are in the list; other
 * kinds are passed over.
 */
final class SnapshotReader {
  private static final String HOW_TO = "make it with: kubectl get nodes,pods,namespaces -A -o json";
  private static final String LIST = "List";

  /** Of nodes that are missing so many are named, one a note. */
  private static final int MISSING_NODES_NAMED = 3;

  private static final String COLOCATED_CACHE = "ColocatedCache";
  private static final int GZIP_MAGIC_1 = 0x1f;
  private static final int GZIP_MAGIC_2 = 0x8b;
  private static final int BUFFER = 1 << 16;

  /** By kind, the API group that it has to be of to mean what is meant here. */
  private static final Map<String, String> GROUPS =
      Map.of(
          "Node",
          "",
          "Pod",
          "",
          "Namespace",
          "",
          "LimitRange",
          "",
          "ResourceQuota",
          "",
          "RuntimeClass",
          "node.k8s.io",
          "PriorityClass",
          "scheduling.k8s.io",
          COLOCATED_CACHE,
          "colocatedcache.dev");

  private final ObjectMapper mapper = PrunedModel.mapper();
  private final ClusterInput cluster;
  private final Set<String> passedOver = new TreeSet<>();

  /** What is being read, for a complaint. */
  private String current = "";

  /**
   * @param cluster to which the objects are added
   */
  SnapshotReader(ClusterInput cluster) {
    this.cluster = cluster;
  }

  /**
   * Reads a whole cluster from a file, compressed by gzip or not.
   *
   * @throws BadInputException if it cannot be read, or is no cluster
   */
  void read(Path file) {
    try (InputStream input = Files.newInputStream(file)) {
      read(input, file.toString());
    } catch (NoSuchFileException e) {
      throw new BadInputException(file + ": no such file");
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage());
    }
  }

  /**
   * Reads a whole cluster from a stream, compressed by gzip or not.
   *
   * @param source the stream's name for complaints
   * @throws BadInputException if it cannot be read, or is no cluster
   */
  void read(InputStream input, String source) {
    parse(() -> mapper.createParser(decompressed(input)), "", source);
    if (cluster.nodes().isEmpty()) {
      throw new BadInputException(source + ": " + holds() + ": " + HOW_TO);
    }
    if (!cluster.hasAny("Pod")) {
      cluster.note(source + " holds no Pod: every node counts as empty.");
    } else if (!cluster.hasAny("Namespace")) {
      cluster.note(source + " holds no Namespace: no namespaceSelector matches one by its labels.");
    }
    cluster.missingNodes().entrySet().stream()
        .limit(MISSING_NODES_NAMED)
        .forEach(
            missing ->
                cluster.note(
                    "there is no Node "
                        + missing.getKey()
                        + ": its pods do not count, "
                        + missing.getValue()
                        + " for one."));
  }

  private String holds() {
    return passedOver.isEmpty()
        ? "it holds no Node"
        : "it holds no Node, but a " + String.join(", a ", passedOver);
  }

  /**
   * Reads a part of a cluster as the API server lists it.
   *
   * @param json a list
   * @param kind of its items, which do not say it themselves
   * @param source the name for complaints
   * @return the token for the rest of the list, empty if there is none
   * @throws BadInputException if it cannot be read
   */
  String readPage(String json, String kind, String source) {
    return parse(() -> mapper.createParser(json), kind, source);
  }

  @FunctionalInterface
  private interface Opening {
    JsonParser open() throws IOException;
  }

  private String parse(Opening opening, String kind, String source) {
    current = "";
    String rest = "";
    try (JsonParser json = opening.open()) {
      JsonToken token = json.nextToken();
      if (token == null) {
        throw new BadInputException("it is empty: " + HOW_TO);
      }
      // kubectl prints one list; several one after the other are as good.
      for (; token != null; token = json.nextToken()) {
        if (token != JsonToken.START_OBJECT) {
          throw new BadInputException("not a List of objects: " + HOW_TO);
        }
        rest = readRoot(json, kind);
      }
      return rest;
    } catch (JsonProcessingException e) {
      throw new BadInputException(in(source) + JsonInput.complaint(e));
    } catch (BadInputException | InvalidInputException e) {
      throw new BadInputException(source + ": " + e.getMessage());
    } catch (EOFException | ZipException e) {
      throw new BadInputException(
          in(source) + "the compressed data ends too early, or is damaged: " + e.getMessage());
    } catch (IOException e) {
      throw new BadInputException(source + ": cannot be read: " + e.getMessage());
    }
  }

  private String in(String source) {
    return current.isEmpty() ? source + ": " : source + ": " + current + ": ";
  }

  private static InputStream decompressed(InputStream input) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(input, BUFFER);
    buffered.mark(2);
    boolean gzip = buffered.read() == GZIP_MAGIC_1 && buffered.read() == GZIP_MAGIC_2;
    buffered.reset();
    return gzip ? new GZIPInputStream(buffered, BUFFER) : buffered;
  }

  /** Reads a list, or a single object; returns the token for the rest of the list. */
  private String readRoot(JsonParser json, String kindOfItems) throws IOException {
    Draft draft = new Draft("");
    String itemKind = kindOfItems;
    String rest = "";
    String field;
    while ((field = json.nextFieldName()) != null) {
      JsonToken value = json.nextToken();
      if (field.equals("items") && value == JsonToken.START_ARRAY) {
        for (int item = 0; json.nextToken() != JsonToken.END_ARRAY; item++) {
          readItem(json, itemKind, item);
        }
        current = "";
      } else {
        draft.set(field, json);
        String kind = draft.kind();
        if (field.equals("kind") && kind.endsWith(LIST) && !kind.equals(LIST)) {
          itemKind = kind.substring(0, kind.length() - LIST.length());
        }
      }
    }
    if (draft.kind().endsWith(LIST) || draft.kind().isEmpty()) {
      rest = draft.rest();
    } else {
      add(draft);
    }
    return rest;
  }

  private void readItem(JsonParser json, String kind, int index) throws IOException {
    current = "items[" + index + "]";
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new BadInputException(current + " is not an object");
    }
    Draft draft = new Draft(kind);
    String field;
    while ((field = json.nextFieldName()) != null) {
      json.nextToken();
      draft.set(field, json);
      current = draft.name().isEmpty() ? current : draft.name();
    }
    if (draft.kind().isEmpty()) {
      throw new BadInputException(current + " has no kind");
    }
    add(draft);
  }

  private void add(Draft draft) throws IOException {
    if (!draft.finish()) {
      passedOver.add(draft.kind());
    }
  }

  /** An object of which the fields come in any order. */
  private final class Draft {
    private final Map<String, TokenBuffer> early = new LinkedHashMap<>();
    private String apiVersion = "";
    private String kind;
    private ObjectMeta metadata;
    private PodSpec podSpec;
    private PodStatus podStatus;
    private NodeSpec nodeSpec;
    private NodeStatus nodeStatus;
    private ObjectNode other;
    private String rest = "";

    Draft(String kind) {
      this.kind = kind;
    }

    String kind() {
      return kind;
    }

    String rest() {
      return rest;
    }

    /** Kind, namespace and name, as far as they are known. */
    String name() {
      return metadata == null || metadata.getName() == null
          ? ""
          : ClusterInput.name(kind, metadata);
    }

    void set(String field, JsonParser json) throws IOException {
      switch (field) {
        case "apiVersion" -> apiVersion = json.getValueAsString("");
        case "kind" -> kind = json.getValueAsString("");
        default -> {
          if (kind.isEmpty()) {
            TokenBuffer buffer = new TokenBuffer(json);
            buffer.copyCurrentStructure(json);
            early.put(field, buffer);
          } else {
            bind(field, json);
          }
        }
      }
    }

    private void bind(String field, JsonParser json) throws IOException {
      if (kind.endsWith(LIST) && field.equals("metadata")) {
        rest = mapper.readValue(json, ObjectNode.class).path("continue").asText("");
      } else if (!matters()) {
        json.skipChildren();
      } else if (field.equals("metadata") && !kind.equals(COLOCATED_CACHE)) {
        metadata = read(field, json, ObjectMeta.class);
      } else if (kind.equals("Pod") && field.equals("spec")) {
        podSpec = read(field, json, PodSpec.class);
      } else if (kind.equals("Pod") && field.equals("status")) {
        podStatus = read(field, json, PodStatus.class);
      } else if (kind.equals("Node") && field.equals("spec")) {
        nodeSpec = read(field, json, NodeSpec.class);
      } else if (kind.equals("Node") && field.equals("status")) {
        nodeStatus = read(field, json, NodeStatus.class);
      } else if (kind.equals("Node") || kind.equals("Pod") || kind.equals("Namespace")) {
        json.skipChildren();
      } else {
        other().set(field, mapper.readTree(json));
      }
    }

    private <T> T read(String field, JsonParser json, Class<T> type) throws IOException {
      try {
        return mapper.readValue(json, type);
      } catch (JsonMappingException e) {
        e.prependPath(null, field);
        throw e;
      }
    }

    /** Adds the object to the cluster, unless it is of a kind that does not matter here. */
    boolean finish() throws IOException {
      for (Map.Entry<String, TokenBuffer> field : early.entrySet()) {
        try (JsonParser json = field.getValue().asParserOnFirstToken()) {
          bind(field.getKey(), json);
        }
      }
      early.clear();
      if (!matters()) {
        return false;
      }
      switch (kind) {
        case "Node" -> cluster.add(new Node(apiVersion, kind, metadata, nodeSpec, nodeStatus));
        case "Pod" -> cluster.add(new Pod(apiVersion, kind, metadata, podSpec, podStatus));
        case "Namespace" -> cluster.add(new Namespace(apiVersion, kind, metadata, null, null));
        case "ResourceQuota" -> cluster.add(whole(ResourceQuota.class));
        case "LimitRange" -> cluster.add(whole(LimitRange.class));
        case "RuntimeClass" -> cluster.add(whole(RuntimeClass.class));
        case "PriorityClass" -> cluster.add(whole(PriorityClass.class));
        default ->
            cluster.addColocatedCache(other().put("apiVersion", apiVersion).put("kind", kind));
      }
      return true;
    }

    private ObjectNode other() {
      other = other == null ? mapper.createObjectNode() : other;
      return other;
    }

    private boolean matters() {
      int slash = apiVersion.indexOf('/');
      String group = slash < 0 ? "" : apiVersion.substring(0, slash);
      return GROUPS.containsKey(kind) && (apiVersion.isEmpty() || group.equals(GROUPS.get(kind)));
    }

    private <T extends HasMetadata> T whole(Class<T> type) throws IOException {
      T object = mapper.treeToValue(other(), type);
      object.setMetadata(metadata);
      return object;
    }
  }
}
