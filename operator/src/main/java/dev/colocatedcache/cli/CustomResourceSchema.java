package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What the API server does to a custom resource before anyone sees it: unknown fields are refused,
 * defaults set, and the rest held to the structural schema of the CustomResourceDefinition, with
 * the sentences of apiextensions-apiserver. Rules in CEL are {@link CustomResourceRules}.
 */
final class CustomResourceSchema {
  /** Beside the API types, made from them as the definition is. */
  private static final String SCHEMA = "colocatedcache-schema.json";

  private final ObjectMapper mapper = new ObjectMapper();
  private final Map<?, ?> root;

  private CustomResourceSchema(Map<?, ?> root) {
    this.root = root;
  }

  /** The schema of a ColocatedCache. */
  static CustomResourceSchema ofColocatedCache() {
    try (InputStream schema = ColocatedCache.class.getResourceAsStream(SCHEMA)) {
      return new CustomResourceSchema(new ObjectMapper().readValue(schema, Map.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The schema as it stands in the definition. */
  Map<?, ?> root() {
    return root;
  }

  /**
   * Sets defaults in {@code object}.
   *
   * @return what is wrong with it, a sentence each, with the field's path in front
   */
  List<String> admit(ObjectNode object) {
    List<String> errors = new ArrayList<>();
    unknownFields(object, root, "", errors);
    if (!errors.isEmpty()) {
      return List.of("strict decoding error: " + String.join(", ", errors));
    }
    setDefaults(object, root);
    validate(object, root, "", errors);
    return errors;
  }

  private static void unknownFields(
      JsonNode node, Map<?, ?> schema, String path, List<String> errors) {
    if (Boolean.TRUE.equals(schema.get("x-kubernetes-preserve-unknown-fields"))) {
      return;
    }
    if (node instanceof ArrayNode && schema.get("items") instanceof Map<?, ?> items) {
      for (int i = 0; i < node.size(); i++) {
        unknownFields(node.get(i), items, path + "[" + i + "]", errors);
      }
    } else if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        if (isEnvelope(path, field.getKey())) {
          continue;
        }
        String fieldPath = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
        Map<?, ?> of = property(schema, field.getKey());
        if (of != null) {
          unknownFields(field.getValue(), of, fieldPath, errors);
        } else {
          errors.add("unknown field \"" + JsonInput.shown(fieldPath) + "\"");
        }
      }
    }
  }

  private static boolean isEnvelope(String path, String field) {
    return path.isEmpty() && Set.of("apiVersion", "kind", "metadata").contains(field);
  }

  /** The schema of a field, or null if it is not known. */
  private static Map<?, ?> property(Map<?, ?> schema, String field) {
    if (schema.get("properties") instanceof Map<?, ?> properties
        && properties.get(field) instanceof Map<?, ?> property) {
      return property;
    }
    return schema.get("additionalProperties") instanceof Map<?, ?> values ? values : null;
  }

  private void setDefaults(JsonNode node, Map<?, ?> schema) {
    if (node instanceof ArrayNode && schema.get("items") instanceof Map<?, ?> items) {
      node.forEach(item -> setDefaults(item, items));
    } else if (node instanceof ObjectNode object) {
      if (schema.get("properties") instanceof Map<?, ?> properties) {
        properties.forEach((name, property) -> setDefault(object, name, (Map<?, ?>) property));
      }
      object
          .properties()
          .forEach(
              field -> {
                Map<?, ?> of = property(schema, field.getKey());
                if (of != null) {
                  setDefaults(field.getValue(), of);
                }
              });
    }
  }

  private void setDefault(ObjectNode object, Object name, Map<?, ?> property) {
    JsonNode value = object.get((String) name);
    boolean missing = value == null || (value.isNull() && !isNullable(property));
    if (missing && property.containsKey("default")) {
      object.set((String) name, mapper.valueToTree(property.get("default")));
    }
  }

  private static boolean isNullable(Map<?, ?> schema) {
    return Boolean.TRUE.equals(schema.get("nullable"));
  }

  private static void validate(JsonNode node, Map<?, ?> schema, String path, List<String> errors) {
    if (node.isNull() && isNullable(schema)) {
      return;
    }
    if (!hasType(node, schema)) {
      errors.add(
          "%s: Invalid value: \"%s\": %s in body must be of type %s: \"%s\""
              .formatted(path, type(node), path, schema.get("type"), type(node)));
      return;
    }
    if (schema.get("enum") instanceof List<?> values && !contains(values, node)) {
      errors.add(
          "%s: Unsupported value: %s: supported values: %s"
              .formatted(path, shown(node), quoted(values)));
    }
    if (schema.get("not") instanceof Map<?, ?> not
        && not.get("enum") instanceof List<?> values
        && contains(values, node)) {
      errors.add(
          "%s: Invalid value: %s: must not validate the schema (not)".formatted(path, shown(node)));
    }
    if (node.isNumber()) {
      validateNumber(node, schema, path, errors);
    } else if (node.isTextual()) {
      validateText(node.asText(), schema, path, errors);
    } else if (node instanceof ArrayNode array) {
      validateArray(array, schema, path, errors);
    } else if (node instanceof ObjectNode object) {
      validateObject(object, schema, path, errors);
    }
  }

  private static boolean hasType(JsonNode node, Map<?, ?> schema) {
    if (Boolean.TRUE.equals(schema.get("x-kubernetes-int-or-string"))) {
      return node.isIntegralNumber() || node.isTextual();
    }
    if (!(schema.get("type") instanceof String type)) {
      return true;
    }
    return switch (type) {
      case "object" -> node.isObject();
      case "array" -> node.isArray();
      case "string" -> node.isTextual();
      case "boolean" -> node.isBoolean();
      case "integer" -> node.isIntegralNumber();
      default -> node.isNumber();
    };
  }

  private static boolean contains(List<?> values, JsonNode node) {
    return values.stream()
        .anyMatch(
            value ->
                value == null
                    ? node.isNull()
                    : value instanceof Boolean
                        ? node.isBoolean() && value.equals(node.asBoolean())
                        : node.isTextual() && value.equals(node.asText()));
  }

  private static void validateNumber(
      JsonNode node, Map<?, ?> schema, String path, List<String> errors) {
    if ("int32".equals(schema.get("format")) && !node.canConvertToInt()) {
      errors.add(
          "%s: Invalid value: %s: %s in body must be of type int32: \"integer\""
              .formatted(path, node, path));
    }
    if (schema.get("minimum") instanceof Number least && node.asDouble() < least.doubleValue()) {
      errors.add(
          "%s: Invalid value: %s: %s in body should be greater than or equal to %d"
              .formatted(path, node, path, least.longValue()));
    }
    if (schema.get("maximum") instanceof Number most && node.asDouble() > most.doubleValue()) {
      errors.add(
          "%s: Invalid value: %s: %s in body should be less than or equal to %d"
              .formatted(path, node, path, most.longValue()));
    }
  }

  private static void validateText(
      String text, Map<?, ?> schema, String path, List<String> errors) {
    int length = text.codePointCount(0, text.length());
    if (schema.get("minLength") instanceof Integer least && length < least) {
      errors.add(
          "%s: Invalid value: \"%s\": %s in body should be at least %d chars long"
              .formatted(path, text, path, least));
    }
    if (schema.get("maxLength") instanceof Integer most && length > most) {
      errors.add("%s: Too long: may not be more than %d bytes".formatted(path, most));
    }
    if (schema.get("pattern") instanceof String pattern && !matches(pattern, text)) {
      errors.add(
          "%s: Invalid value: \"%s\": %s in body should match '%s'"
              .formatted(path, JsonInput.shown(text), path, pattern));
    }
  }

  /** Whether the text matches as the API server sees it: there {@code $} is the end, in no line. */
  static boolean matches(String pattern, String text) {
    return Pattern.compile(pattern.replace("$", "\\z")).matcher(text).find();
  }

  private static void validateArray(
      ArrayNode array, Map<?, ?> schema, String path, List<String> errors) {
    if (schema.get("minItems") instanceof Integer least && array.size() < least) {
      errors.add(
          "%s: Invalid value: %d: %s in body should have at least %d items"
              .formatted(path, array.size(), path, least));
    }
    if (schema.get("maxItems") instanceof Integer most && array.size() > most) {
      errors.add(
          "%s: Too many: %d: must have at most %d items".formatted(path, array.size(), most));
    }
    duplicates(array, schema, path, errors);
    if (schema.get("items") instanceof Map<?, ?> items) {
      for (int i = 0; i < array.size(); i++) {
        validate(array.get(i), items, path + "[" + i + "]", errors);
      }
    }
  }

  private static void duplicates(
      ArrayNode array, Map<?, ?> schema, String path, List<String> errors) {
    Object type = schema.get("x-kubernetes-list-type");
    if (!"map".equals(type) && !"set".equals(type)) {
      return;
    }
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < array.size(); i++) {
      JsonNode item = array.get(i);
      Object key =
          schema.get("x-kubernetes-list-map-keys") instanceof List<?> keys
              ? keys.stream().map(name -> Objects.toString(item.get((String) name))).toList()
              : item;
      if (!seen.add(key)) {
        errors.add("%s[%d]: Duplicate value: %s".formatted(path, i, key(item, schema)));
      }
    }
  }

  private static String key(JsonNode item, Map<?, ?> schema) {
    return schema.get("x-kubernetes-list-map-keys") instanceof List<?> keys
        ? keys.stream()
            .map(name -> "\"" + name + "\":" + item.get((String) name))
            .sorted()
            .collect(Collectors.joining(", ", "{", "}"))
        : shown(item);
  }

  private static void validateObject(
      ObjectNode object, Map<?, ?> schema, String path, List<String> errors) {
    if (schema.get("required") instanceof List<?> required) {
      for (Object name : required) {
        if (!object.has((String) name)) {
          errors.add(join(path, (String) name) + ": Required value");
        }
      }
    }
    if (schema.get("maxProperties") instanceof Integer most && object.size() > most) {
      errors.add(
          "%s: Too many: %d: must have at most %d items".formatted(path, object.size(), most));
    }
    if (schema.get("minProperties") instanceof Integer least && object.size() < least) {
      errors.add(
          "%s: Invalid value: %d: %s in body should have at least %d properties"
              .formatted(path, object.size(), path, least));
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      Map<?, ?> of = property(schema, field.getKey());
      if (of != null) {
        validate(field.getValue(), of, join(path, field.getKey()), errors);
      }
    }
  }

  private static String join(String path, String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  private static String shown(JsonNode node) {
    return JsonInput.shown(node.toString());
  }

  private static String quoted(List<?> values) {
    return StreamSupport.stream(values.spliterator(), false)
        .filter(Objects::nonNull)
        .map(value -> "\"" + value + "\"")
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String type(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT, POJO -> "object";
      case ARRAY -> "array";
      case STRING, BINARY -> "string";
      case BOOLEAN -> "boolean";
      case NUMBER -> node.isIntegralNumber() ? "integer" : "number";
      case NULL, MISSING -> "null";
    };
  }
}
