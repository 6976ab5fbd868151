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
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The CustomResourceDefinition as it is checked in: generated from the API types, then finished
 * where the generator has no annotation for what the API server can hold.
 */
final class CheckedInCrd {

  /** Relative to the module: where tests run. */
  static final String FILE = "colocatedcaches.colocatedcache.dev.yaml";

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
    // Without it an empty object would pass, and rules on the spec would not run.
    root.set("required", json.createArrayNode().add("spec"));
    for (Role role : Role.values()) {
      ObjectNode half =
          (ObjectNode) root.at("/properties/spec/properties/" + role.value() + "/properties");
      half.set("template", described(half.get("template"), template()));
      half.set("ports", described(half.get("ports"), ports()));
    }
    ObjectNode status = (ObjectNode) root.at("/properties/status/properties");
    keyed(status.get("conditions"), "type", "status", "type", "reason", "lastTransitionTime");
    keyed(status.at("/capacity/properties/rejected"), "reason", "nodes", "reason");
    return crd;
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
        List.of("Ready", "Granted", "Desired", "Nodes", "Status", "Limited", "Anchor", "Age");
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

  private ObjectNode template() {
    return kubernetes.core("PodTemplateSpec");
  }

  private ObjectNode ports() {
    ObjectNode ports = json.createObjectNode();
    ports.put("type", "array");
    ports.set("items", kubernetes.core("ServicePort"));
    return ports;
  }

  private static ObjectNode described(JsonNode ours, ObjectNode schema) {
    ObjectNode described = schema.objectNode();
    described.set("description", ours.get("description"));
    described.setAll(schema);
    return described;
  }

  private static void keyed(JsonNode list, String key, String... required) {
    ObjectNode target = (ObjectNode) list;
    target.put("x-kubernetes-list-type", "map");
    target.putArray("x-kubernetes-list-map-keys").add(key);
    ArrayNode names = ((ObjectNode) target.get("items")).putArray("required");
    for (String name : required) {
      names.add(name);
    }
  }
}
