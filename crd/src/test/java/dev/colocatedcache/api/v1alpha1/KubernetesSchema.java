package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Types of core/v1 as a structural schema, from the OpenAPI document that the API server itself
 * publishes (recorded without its descriptions in {@code kubernetes-core-v1.json}).
 *
 * <p>A Deployment's template is decoded by Go, a ColocatedCache's by a schema. Where the two judge
 * differently the schema is loosened here until it takes what a Deployment takes.
 */
final class KubernetesSchema {

  private static final String RECORDED = "/kubernetes-core-v1.json";
  private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
  private static final String INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

  /** What a structural schema and the recorded document write alike. */
  private static final Set<String> KEPT =
      Set.of(
          "type",
          "format",
          "x-kubernetes-list-type",
          "x-kubernetes-list-map-keys",
          "x-kubernetes-map-type");

  private final ObjectMapper json = new ObjectMapper();
  private final JsonNode schemas;

  KubernetesSchema() {
    try (InputStream recorded = KubernetesSchema.class.getResourceAsStream(RECORDED)) {
      this.schemas = json.readTree(recorded).at("/components/schemas");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The schema of {@code io.k8s.api.core.v1.<kind>}, every reference written out. */
  ObjectNode core(String kind) {
    return definition("io.k8s.api.core.v1." + kind);
  }

  private ObjectNode definition(String name) {
    ObjectNode definition = json.createObjectNode();
    switch (name) {
      // The document says string or number, which a structural schema can only say by leaving the
      // type open: as int-or-string, `cpu: 0.5` would be refused.
      case QUANTITY -> definition.put("x-kubernetes-preserve-unknown-fields", true);
      case INT_OR_STRING -> definition.put("x-kubernetes-int-or-string", true);
      default -> {
        if (!schemas.has(name)) {
          throw new IllegalStateException(name + " is not in " + RECORDED);
        }
        return structural(schemas.get(name));
      }
    }
    return definition;
  }

  private ObjectNode structural(JsonNode source) {
    if (source.has("$ref")) {
      String reference = source.get("$ref").asText();
      return definition(reference.substring(reference.lastIndexOf('/') + 1));
    }
    if (source.has("allOf")) {
      // A reference that carries a description of its own; nothing else is written this way.
      return structural(source.get("allOf").get(0));
    }
    ObjectNode target = json.createObjectNode();
    KEPT.stream()
        .filter(source::has)
        .sorted()
        .forEach(key -> target.set(key, source.get(key).deepCopy()));
    if (source.has("items")) {
      ObjectNode items = structural(source.get("items"));
      keepKeys(source, items);
      target.set("items", items);
    }
    if (source.path("additionalProperties").isObject()) {
      target.set("additionalProperties", structural(source.get("additionalProperties")));
    }
    if (source.has("properties")) {
      Set<String> required = new TreeSet<>();
      source.path("required").forEach(name -> required.add(name.asText()));
      Map<String, ObjectNode> properties = new TreeMap<>();
      source
          .get("properties")
          .properties()
          .forEach(
              property -> {
                ObjectNode schema = structural(property.getValue());
                if (!required.contains(property.getKey())) {
                  // Go reads null as "not set", and charts are full of `resources: null`.
                  schema.put("nullable", true);
                }
                properties.put(property.getKey(), schema);
              });
      target.set("properties", json.valueToTree(properties));
      if (!required.isEmpty()) {
        ArrayNode names = target.putArray("required");
        required.forEach(names::add);
      }
    }
    return target;
  }

  /**
   * A list's keys must be required or have a default. Where the document gives one (a port's
   * protocol) it is kept; all other defaults are left to the Deployment, so that what is stored is
   * what was written.
   */
  private void keepKeys(JsonNode list, ObjectNode items) {
    JsonNode item = resolve(list.get("items"));
    for (JsonNode key : list.path("x-kubernetes-list-map-keys")) {
      JsonNode property = item.at("/properties/" + key.asText());
      boolean required = false;
      for (JsonNode name : item.path("required")) {
        required |= name.equals(key);
      }
      if (!required) {
        ObjectNode schema = (ObjectNode) items.at("/properties/" + key.asText());
        schema.remove("nullable");
        schema.set("default", property.get("default"));
      }
    }
  }

  private JsonNode resolve(JsonNode source) {
    JsonNode reference = source.has("allOf") ? source.get("allOf").get(0) : source;
    if (!reference.has("$ref")) {
      return source;
    }
    String path = reference.get("$ref").asText();
    return schemas.get(path.substring(path.lastIndexOf('/') + 1));
  }
}
