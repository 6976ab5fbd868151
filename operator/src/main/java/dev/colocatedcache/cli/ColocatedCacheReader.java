package dev.colocatedcache.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cli.ManifestFiles.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Turns documents into ColocatedCaches as the API server would: with the namespace of the context,
 * with defaults, and with its sentences where it would refuse one.
 */
final class ColocatedCacheReader {
  private static final String KIND = ColocatedCache.class.getSimpleName();

  private final ObjectMapper mapper = new ObjectMapper();
  private final CustomResourceSchema schema = CustomResourceSchema.ofColocatedCache();
  private final Supplier<String> namespace;
  private final Integer replicas;

  /**
   * @param namespace of those that do not name theirs
   * @param replicas that all ask for, whatever they say; null: what they say
   */
  ColocatedCacheReader(Supplier<String> namespace, Integer replicas) {
    this.namespace = namespace;
    this.replicas = replicas;
  }

  /**
   * The ColocatedCaches among the documents; other kinds are passed over.
   *
   * @throws BadInputException if one would be refused, or there are two of one name
   */
  List<ColocatedCache> read(List<Document> documents) {
    List<ColocatedCache> resources = new ArrayList<>();
    Map<String, String> sources = new HashMap<>();
    for (Document document : documents) {
      if (document.kind().equals(KIND)) {
        ColocatedCache resource = read(document);
        String name = name(resource);
        String other = sources.putIfAbsent(name, document.source());
        if (other != null) {
          throw new BadInputException(
              "%s: %s is in %s too".formatted(document.source(), name, other));
        }
        resources.add(resource);
      }
    }
    return resources;
  }

  private ColocatedCache read(Document document) {
    ObjectNode object = document.object();
    String apiVersion = object.path("apiVersion").asText("");
    if (!apiVersion.equals(ColocatedCache.API_VERSION)) {
      throw new BadInputException(
          "%s: %s: apiVersion is \"%s\": it must be %s"
              .formatted(
                  document.source(),
                  document.name(),
                  JsonInput.shown(apiVersion),
                  ColocatedCache.API_VERSION));
    }
    ObjectNode metadata =
        object.get("metadata") instanceof ObjectNode given ? given : object.putObject("metadata");
    if (metadata.path("name").asText("").isEmpty()) {
      throw new BadInputException(document.source() + ": a ColocatedCache has no metadata.name");
    }
    if (metadata.path("namespace").asText("").isEmpty()) {
      metadata.put("namespace", namespace.get());
    }
    object.remove("status");
    if (replicas != null && object.get("spec") instanceof ObjectNode spec) {
      spec.put("replicas", replicas);
    }
    List<String> errors = new ArrayList<>(schema.admit(object));
    if (errors.isEmpty()) {
      errors.addAll(CustomResourceRules.broken(object, MissingNode.getInstance(), schema.root()));
    }
    refuse(document, errors);
    try {
      return mapper.treeToValue(object, ColocatedCache.class);
    } catch (JsonProcessingException e) {
      throw new BadInputException(
          "%s: %s: %s".formatted(document.source(), document.name(), JsonInput.complaint(e)));
    }
  }

  /**
   * Holds documents that have been read to the ColocatedCaches that the cluster has already, of
   * which not everything can be changed.
   *
   * @throws BadInputException if the API server would refuse a change
   */
  void requireAllowedChanges(List<Document> documents, ClusterInput cluster) {
    for (Document document : documents) {
      if (document.kind().equals(KIND)) {
        JsonNode metadata = document.object().path("metadata");
        cluster
            .colocatedCache(metadata.path("namespace").asText(), metadata.path("name").asText())
            .ifPresent(
                stored ->
                    refuse(
                        document,
                        CustomResourceRules.broken(document.object(), stored, schema.root())));
      }
    }
  }

  private static void refuse(Document document, List<String> errors) {
    if (!errors.isEmpty()) {
      throw new BadInputException(
          "%s: %s is invalid: %s"
              .formatted(document.source(), document.name(), String.join("; ", errors)));
    }
  }

  /** Kind, namespace and name, for a message. */
  static String name(ColocatedCache resource) {
    return ClusterInput.name(KIND, resource.getMetadata());
  }
}
