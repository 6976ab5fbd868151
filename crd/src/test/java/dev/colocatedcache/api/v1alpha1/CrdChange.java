package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a CustomResourceDefinition takes away from those who use the released one: a field that
 * would be pruned, a value that would be refused, or a default that would be another.
 *
 * <p>A resource that is stored already is validated anew whenever it is written, so that whatever
 * refuses more than before may keep somebody from changing what runs.
 */
final class CrdChange {
  /** Keywords by which a schema allows what it would refuse without them. */
  private static final List<String> ALLOWANCES =
      List.of("nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string");

  /** Of these every change may refuse what was accepted, or mean something else. */
  private static final List<String> FIXED =
      List.of(
          "type",
          "default",
          "pattern",
          "format",
          "x-kubernetes-list-type",
          "x-kubernetes-list-map-keys",
          "x-kubernetes-map-type");

  private static final List<String> LOWER_BOUNDS =
      List.of("minimum", "minLength", "minItems", "minProperties");
  private static final List<String> UPPER_BOUNDS =
      List.of("maximum", "maxLength", "maxItems", "maxProperties");

  private final List<String> breaks = new ArrayList<>();

  private CrdChange() {}

  /**
   * The incompatible changes, each as {@code path: what}, in the order of the released definition.
   */
  static List<String> breaks(JsonNode released, JsonNode now) {
    CrdChange change = new CrdChange();
    change.names(released.path("spec"), now.path("spec"));
    for (JsonNode version : released.path("spec").path("versions")) {
      change.version(version, named(now.path("spec").path("versions"), version.path("name")));
    }
    return List.copyOf(change.breaks);
  }

  private void names(JsonNode released, JsonNode now) {
    for (String field : List.of("group", "scope")) {
      if (!released.path(field).equals(now.path(field))) {
        breaks.add(field + ": is another");
      }
    }
    for (String name : List.of("kind", "plural", "singular")) {
      if (!released.path("names").path(name).equals(now.path("names").path(name))) {
        breaks.add("names." + name + ": is another");
      }
    }
    for (String list : List.of("shortNames", "categories")) {
      gone(released.path("names").path(list), now.path("names").path(list))
          .forEach(name -> breaks.add("names." + list + ": " + name + " is gone"));
    }
  }

  private void version(JsonNode released, JsonNode now) {
    String name = released.path("name").asText();
    for (String flag : List.of("served", "storage")) {
      if (released.path(flag).asBoolean() && !now.path(flag).asBoolean()) {
        breaks.add(name + ": is no longer " + flag);
      }
    }
    if (!released.path("subresources").equals(now.path("subresources"))) {
      breaks.add(name + ".subresources: are others");
    }
    for (JsonNode column : released.path("additionalPrinterColumns")) {
      if (named(now.path("additionalPrinterColumns"), column.path("name")).isMissingNode()) {
        breaks.add(name + ": the column " + column.path("name").asText() + " is gone");
      }
    }
    schema(
        name,
        released.path("schema").path("openAPIV3Schema"),
        now.path("schema").path("openAPIV3Schema"));
  }

  private void schema(String path, JsonNode released, JsonNode now) {
    for (String keyword : FIXED) {
      if (!released.path(keyword).equals(now.path(keyword))) {
        breaks.add(path + ": " + keyword + " is another");
      }
    }
    for (String keyword : ALLOWANCES) {
      if (released.path(keyword).asBoolean() && !now.path(keyword).asBoolean()) {
        breaks.add(path + ": " + keyword + " is gone");
      }
    }
    for (String keyword : LOWER_BOUNDS) {
      if (now.has(keyword)
          && (!released.has(keyword)
              || released.path(keyword).asDouble() < now.path(keyword).asDouble())) {
        breaks.add(path + ": " + keyword + " is narrower");
      }
    }
    for (String keyword : UPPER_BOUNDS) {
      if (now.has(keyword)
          && (!released.has(keyword)
              || released.path(keyword).asDouble() > now.path(keyword).asDouble())) {
        breaks.add(path + ": " + keyword + " is narrower");
      }
    }
    if (now.has("enum") && !released.has("enum")) {
      breaks.add(path + ": enum is new");
    } else if (now.has("enum")) {
      gone(released.path("enum"), now.path("enum"))
          .forEach(value -> breaks.add(path + ": " + value + " is no longer taken"));
    }
    gone(now.path("required"), released.path("required"))
        .forEach(field -> breaks.add(path + ": " + field + " is required now"));
    Set<String> rules = new TreeSet<>();
    released
        .path("x-kubernetes-validations")
        .forEach(rule -> rules.add(rule.path("rule").asText()));
    for (JsonNode rule : now.path("x-kubernetes-validations")) {
      if (!rules.contains(rule.path("rule").asText())) {
        breaks.add(path + ": a new rule, " + rule.path("rule").asText());
      }
    }
    within(path, released, now);
  }

  private void within(String path, JsonNode released, JsonNode now) {
    SortedMap<String, JsonNode> fields = new TreeMap<>();
    released
        .path("properties")
        .properties()
        .forEach(field -> fields.put(field.getKey(), field.getValue()));
    fields.forEach(
        (field, schema) -> {
          JsonNode there = now.path("properties").path(field);
          if (there.isMissingNode()) {
            breaks.add(path + "." + field + ": is gone");
          } else {
            schema(path + "." + field, schema, there);
          }
        });
    if (released.has("items")) {
      schema(path + "[]", released.path("items"), now.path("items"));
    }
    if (released.path("additionalProperties").isObject()) {
      schema(path + ".*", released.path("additionalProperties"), now.path("additionalProperties"));
    }
  }

  private static JsonNode named(JsonNode list, JsonNode name) {
    for (JsonNode one : list) {
      if (one.path("name").equals(name)) {
        return one;
      }
    }
    return MissingNode.getInstance();
  }

  private static Set<String> gone(JsonNode released, JsonNode now) {
    Set<String> gone = new TreeSet<>();
    released.forEach(value -> gone.add(value.asText()));
    now.forEach(value -> gone.remove(value.asText()));
    return gone;
  }
}
