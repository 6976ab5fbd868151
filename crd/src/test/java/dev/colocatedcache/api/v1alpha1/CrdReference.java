package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes docs/reference.md: every field of the definition with what its schema says of it. */
final class CrdReference {
  static final String FILE = "../docs/reference.md";

  /** Kubernetes' own types, which its own reference describes. */
  private static final Set<String> OF_KUBERNETES = Set.of("template", "ports");

  private static final String HEAD =
      """
      # Reference of ColocatedCache

      Every field of `colocatedcaches.colocatedcache.dev`, version `v1alpha1`, as `kubectl explain colocatedcache.spec --recursive`
      has it. Written from the definition by `make crd`; a test fails where it is not current. The flags of the operator are in
      [configuration.md](configuration.md), those of `plan` and `explain` in [cli.md](cli.md), the conditions in
      [conditions.md](conditions.md).

      A template is a [PodTemplateSpec](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-template-v1/#PodTemplateSpec)
      and takes what that of a Deployment takes; ports are [ServicePorts](https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec).
      """;

  private final JsonNode schema;
  private final List<String> rules = new ArrayList<>();
  private final StringBuilder page = new StringBuilder(HEAD);

  private CrdReference(JsonNode schema) {
    this.schema = schema;
  }

  /** The page of a definition's schema. */
  static String of(JsonNode schema) {
    return new CrdReference(schema).text();
  }

  private String text() {
    section("spec", "What is asked for");
    section("status", "What is, written by the operator alone");
    rules(schema, "");
    page.append("\n## What is refused at apply\n\n");
    page.append(
        "Besides values of another type or out of the bounds above; inside of templates, what a");
    page.append("\nDeployment refuses too.\n\n| field | what is said |\n|---|---|\n");
    rules.forEach(page::append);
    return page.toString();
  }

  private void section(String name, String title) {
    page.append("\n## ").append(name).append("\n\n").append(title).append(".\n\n");
    page.append("| field | type | default | |\n|---|---|---|---|\n");
    rows(schema.path("properties").path(name), name);
  }

  private void rows(JsonNode object, String path) {
    for (var property : object.path("properties").properties()) {
      String at = path + "." + property.getKey();
      JsonNode field = property.getValue();
      page.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(at, type(property.getKey(), field), byDefault(field), meaning(field)));
      if (!OF_KUBERNETES.contains(property.getKey())) {
        rows(field, at);
        rows(field.path("items"), at + "[]");
      }
    }
  }

  private static String type(String name, JsonNode field) {
    if (name.equals("template")) {
      return "PodTemplateSpec";
    }
    if (name.equals("ports")) {
      return "list of ServicePort";
    }
    if (field.path("x-kubernetes-int-or-string").asBoolean()) {
      return "number or percentage";
    }
    if (field.has("enum")) {
      List<String> values = new ArrayList<>();
      field.get("enum").forEach(value -> values.add("`" + value.asText() + "`"));
      return String.join(", ", values);
    }
    String type =
        switch (field.path("type").asText()) {
          case "integer" -> "number";
          case "array" -> "list";
          case "string" -> "date-time".equals(field.path("format").asText()) ? "time" : "text";
          default -> field.path("type").asText();
        };
    return type + bounds(field);
  }

  private static String bounds(JsonNode field) {
    boolean low = field.has("minimum");
    boolean high = field.has("maximum");
    if (low && high) {
      return ", " + field.get("minimum").asLong() + " to " + field.get("maximum").asLong();
    }
    if (low) {
      return ", at least " + field.get("minimum").asLong();
    }
    return high ? ", at most " + field.get("maximum").asLong() : "";
  }

  private static String byDefault(JsonNode field) {
    JsonNode value = field.path("default");
    return value.isMissingNode() || value.isObject() ? "" : "`" + value.asText() + "`";
  }

  private static String meaning(JsonNode field) {
    return cell(field.path("description").asText());
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ");
  }

  private void rules(JsonNode node, String path) {
    for (JsonNode rule : node.path("x-kubernetes-validations")) {
      String at = path + rule.path("fieldPath").asText();
      rules.add(
          "| `%s` | %s |\n"
              .formatted(
                  at.isEmpty() ? "metadata" : at.replaceFirst("^\\.", ""),
                  cell(rule.path("message").asText())));
    }
    for (var property : node.path("properties").properties()) {
      rules(property.getValue(), path + "." + property.getKey());
    }
    if (node.has("items")) {
      rules(node.get("items"), path + "[]");
    }
  }
}
