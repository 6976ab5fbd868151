package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The CustomResourceDefinition as it is checked in: generated from the API types, then finished
 * where the generator has no annotation for what the API server can hold.
 */
final class CheckedInCrd {

  /** Relative to the module: where tests run. */
  static final String FILE = "colocatedcaches.colocatedcache.dev.yaml";

  /** Relative to the module: the schema alone, for programs that judge a manifest offline. */
  static final String SCHEMA_FILE =
      "src/main/resources/dev/colocatedcache/api/v1alpha1/colocatedcache-schema.json";

  private static final String HEADER =
      """
      # Generated from the types in src/main/java by `make crd`; change those instead.
      """;

  private final ObjectMapper json = new ObjectMapper();
  private final KubernetesSchema kubernetes = new KubernetesSchema();

  /** The text of the file. */
  String yaml() {
    YAMLMapper yaml =
        new YAMLMapper(
            YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .build());
    try {
      return HEADER + yaml.writeValueAsString(document());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The schema of what a user writes: without the status, and without descriptions, which are most
   * of it.
   */
  String schema() {
    ObjectNode schema = (ObjectNode) document().at("/spec/versions/0/schema/openAPIV3Schema");
    schema.withObject("/properties").remove("status");
    withoutDescriptions(schema);
    return schema + "\n";
  }

  private static void withoutDescriptions(JsonNode node) {
    if (node instanceof ObjectNode object && object.path("description").isTextual()) {
      object.remove("description");
    }
    node.forEach(CheckedInCrd::withoutDescriptions);
  }

  /** The document itself. */
  ObjectNode document() {
    ObjectNode crd = generated();
    ObjectNode names = (ObjectNode) crd.at("/spec/names");
    // `kubectl get all` shows it beside the Deployments that it makes.
    names.putArray("categories").add("all");
    ObjectNode version = (ObjectNode) crd.at("/spec/versions/0");
    order(version);
    version.set(
        "subresources",
        json.valueToTree(
            new io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceSubresourcesBuilder()
                .withNewStatus()
                .endStatus()
                .withNewScale(".status.selector", ".spec.replicas", ".status.replicas")
                .build()));
    ObjectNode root = (ObjectNode) version.at("/schema/openAPIV3Schema");
    root.put(
        "description",
        "A service and its node-local cache, placed as pairs: one of each on a node, a pair a"
            + " node.");
    // Without it an empty object would pass, and rules on the spec would not run.
    root.set("required", json.createArrayNode().add("spec"));
    ObjectNode spec = property(root, "spec");
    spec.put("description", "What is asked for.");
    ObjectNode status = property(root, "status");
    status.put("description", "What is, all counted in pairs.");
    // Whoever waits by kstatus, as Flux does, takes a resource without any status for one that is
    // as it should be.
    status.putObject("default").put("observedGeneration", -1);
    numbers(root);
    once(root);
    for (Role role : Role.values()) {
      ObjectNode half = property(spec, role.value());
      replace(half, "template", kubernetes.core("PodTemplateSpec"));
      replace(half, "ports", ports());
    }
    ObjectNode conditions = property(status, "conditions");
    keyed(conditions, "type", "lastTransitionTime", "reason", "status", "type");
    condition((ObjectNode) conditions.get("items"));
    keyed(property(property(status, "capacity"), "rejected"), "reason", "nodes", "reason");
    return (ObjectNode) sorted(crd);
  }

  private ObjectNode generated() {
    AtomicReference<HasMetadata> crd = new AtomicReference<>();
    new CRDGenerator()
        .customResourceClasses(ColocatedCache.class)
        .forCRDVersions("v1")
        .withParallelGenerationEnabled(false)
        .withPostProcessor(
            new CRDPostProcessor() {
              @Override
              public HasMetadata process(HasMetadata generated, String version) {
                crd.set(generated);
                return generated;
              }
            })
        .withOutput(
            new CRDGenerator.CRDOutput<OutputStream>() {
              @Override
              public OutputStream outputFor(String name) {
                return OutputStream.nullOutputStream();
              }

              @Override
              public void close() {}
            })
        .generate();
    return json.valueToTree(crd.get());
  }

  /** The generator sorts printer columns by path; people read them by weight. */
  private void order(ObjectNode version) {
    List<String> order =
        List.of("Ready", "Granted", "Desired", "Nodes", "Status", "Age", "Limited", "Anchor");
    List<JsonNode> columns = new ArrayList<>();
    version.get("additionalPrinterColumns").forEach(columns::add);
    ArrayNode ordered = json.createArrayNode();
    for (String name : order) {
      columns.stream()
          .filter(column -> column.get("name").asText().equalsIgnoreCase(name))
          .forEach(ordered::add);
    }
    if (ordered.size() != columns.size()) {
      throw new IllegalStateException("a printer column has no place in " + order);
    }
    // The API server drops what is the default, and a second `kubectl apply` would put it back.
    ordered.forEach(
        column -> {
          if (column.path("priority").asInt() == 0) {
            ((ObjectNode) column).remove("priority");
          }
        });
    version.set("additionalPrinterColumns", ordered);
  }

  /** A component's annotation is on its field and on its accessor, and each counts as a rule. */
  private static void once(JsonNode schema) {
    if (schema.path("x-kubernetes-validations") instanceof ArrayNode rules) {
      Set<JsonNode> distinct = new LinkedHashSet<>();
      rules.forEach(distinct::add);
      rules.removeAll();
      rules.addAll(distinct);
    }
    schema.forEach(CheckedInCrd::once);
  }

  /** One order for all of it, whatever step put a key where: a change shows as that change. */
  private static JsonNode sorted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      Map<String, JsonNode> fields = new TreeMap<>();
      object.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
      return object.objectNode().setAll(fields);
    }
    if (node instanceof ArrayNode array) {
      ArrayNode items = array.arrayNode();
      array.forEach(item -> items.add(sorted(item)));
      return items;
    }
    return node;
  }

  /** Without a format, a number that Java cannot hold would pass and could not be read again. */
  private static void numbers(JsonNode schema) {
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              if ("integer".equals(property.getValue().path("type").asText())) {
                boolean wide = property.getKey().equals("observedGeneration");
                ((ObjectNode) property.getValue()).put("format", wide ? "int64" : "int32");
              }
            });
    schema.forEach(CheckedInCrd::numbers);
  }

  private ObjectNode ports() {
    ObjectNode ports = property(kubernetes.core("ServiceSpec"), "ports");
    // Bounds what the rules on ports can cost.
    ports.put("maxItems", 250);
    return ports;
  }

  /** What the API conventions say of a condition; the type is fabric8's and carries no text. */
  private void condition(ObjectNode condition) {
    property(condition, "type").put("description", "What it speaks of: Ready, for one.");
    property(condition, "status").put("description", "True, False or Unknown.");
    property(condition, "status").putArray("enum").add("True").add("False").add("Unknown");
    property(condition, "reason").put("description", "Why, in one word for programs.");
    property(condition, "message").put("description", "Why, in a sentence for people.");
    property(condition, "lastTransitionTime")
        .put("description", "When the status last changed.")
        .put("format", "date-time");
    property(condition, "observedGeneration")
        .put("description", "The generation of the spec that it speaks of.");
  }

  private static ObjectNode property(JsonNode schema, String name) {
    return (ObjectNode) schema.path("properties").required(name);
  }

  /**
   * Puts a schema of Kubernetes' own in place of the generated one; what it means is still ours.
   */
  private static void replace(ObjectNode owner, String name, ObjectNode schema) {
    ObjectNode properties = (ObjectNode) owner.get("properties");
    JsonNode ours = properties.get(name);
    ObjectNode replacement = schema.objectNode();
    replacement.set("description", ours.get("description"));
    replacement.setAll(schema);
    if (ours.has("x-kubernetes-validations")) {
      replacement.set("x-kubernetes-validations", ours.get("x-kubernetes-validations"));
    }
    properties.set(name, replacement);
  }

  private static void keyed(ObjectNode list, String key, String... required) {
    list.put("x-kubernetes-list-type", "map");
    list.putArray("x-kubernetes-list-map-keys").add(key);
    ArrayNode names = ((ObjectNode) list.get("items")).putArray("required");
    for (String name : required) {
      names.add(name);
    }
  }
}
