package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Judges an object by the CEL rules of its CustomResourceDefinition. Where a rule stands and what
 * to say to who breaks it is in the definition; what it means is written here once more, for each
 * rule that the definition has.
 */
final class CustomResourceRules {
  private static final int MAX_NAME = 63;
  private static final int MAX_NAME_WITH_SUFFIX = MAX_NAME - "-cache".length();
  private static final String OLD = "oldSelf";

  private static final Pattern MATCHES =
      Pattern.compile("(self|self\\.metadata\\.name)\\.matches\\('(.*)'\\)");

  private static final Pattern ONE_OF = Pattern.compile("self in \\[('.*')]");

  private static final String SERVICE_NAME =
      "(has(self.spec.service.name) ? self.spec.service.name : self.metadata.name)";
  private static final String CACHE_NAME =
      "(has(self.spec.cache.name) ? self.spec.cache.name : self.metadata.name + '-cache')";
  private static final String OLD_SERVICE_NAME =
      "(has(oldSelf.spec.service.name) ? oldSelf.spec.service.name : self.metadata.name)";
  private static final String OLD_CACHE_NAME =
      "(has(oldSelf.spec.cache.name) ? oldSelf.spec.cache.name : self.metadata.name + '-cache')";
  private static final String INSTANCE_OF =
      ".template.?metadata.?labels[?'app.kubernetes.io/instance'].orValue(self.metadata.name)"
          + " == self.metadata.name";
  private static final String COMPONENT =
      ".template.?metadata.?labels[?'app.kubernetes.io/component'].hasValue() ? ";
  private static final String COMPONENT_VALUE =
      ".template.metadata.labels['app.kubernetes.io/component'] : ";
  private static final String SERVICE_COMPONENT =
      "(self.service" + COMPONENT + "self.service" + COMPONENT_VALUE + "'service')";
  private static final String CACHE_COMPONENT =
      "(self.cache" + COMPONENT + "self.cache" + COMPONENT_VALUE + "'cache')";
  private static final String OLD_SERVICE_COMPONENT =
      "(oldSelf.service" + COMPONENT + "oldSelf.service" + COMPONENT_VALUE + "'service')";
  private static final String OLD_CACHE_COMPONENT =
      "(oldSelf.cache" + COMPONENT + "oldSelf.cache" + COMPONENT_VALUE + "'cache')";
  private static final String ROLE_OF =
      "self.template.?metadata.?labels[?'colocatedcache.dev/role'].orValue(";

  private static final String NO_POLICY = "!has(self.traffic.policy) || ";
  private static final String NODE = "kubernetes.io/hostname";
  private static final String ZONE = "topology.kubernetes.io/zone";

  private CustomResourceRules() {}

  /**
   * The rules that an object breaks, a sentence each with the field's path in front.
   *
   * @param object which fulfils the schema but for its rules
   * @param stored what the API server has in its place, missing if nothing
   * @throws IllegalStateException if the schema has a rule of which the meaning is not written here
   */
  static List<String> broken(JsonNode object, JsonNode stored, Map<?, ?> schema) {
    List<String> errors = new ArrayList<>();
    visit(object, stored, schema, "", errors);
    return errors;
  }

  private static void visit(
      JsonNode self, JsonNode old, Map<?, ?> schema, String path, List<String> errors) {
    if (self.isNull()) {
      return;
    }
    if (schema.get("x-kubernetes-validations") instanceof List<?> rules) {
      for (Object each : rules) {
        Map<?, ?> rule = (Map<?, ?>) each;
        String text = (String) rule.get("rule");
        boolean inForce = !text.contains(OLD) || !old.isMissingNode();
        if (inForce && !holds(text, self, old)) {
          Object below = rule.get("fieldPath");
          String at = (path + (below == null ? "" : below)).replaceFirst("^\\.", "");
          errors.add((at.isEmpty() ? "" : at + ": ") + rule.get("message"));
        }
      }
    }
    if (schema.get("items") instanceof Map<?, ?> items) {
      for (int i = 0; i < self.size(); i++) {
        visit(self.get(i), old.path(i), items, path + "[" + i + "]", errors);
      }
    }
    if (schema.get("properties") instanceof Map<?, ?> properties) {
      for (Map.Entry<String, JsonNode> field : self.properties()) {
        String name = field.getKey();
        if (properties.get(name) instanceof Map<?, ?> of) {
          String at = path.isEmpty() ? name : path + "." + name;
          visit(field.getValue(), old.path(name), of, at, errors);
        }
      }
    }
  }

  private static boolean holds(String rule, JsonNode self, JsonNode old) {
    Matcher matches = MATCHES.matcher(rule);
    if (matches.matches()) {
      String text = matches.group(1).equals("self") ? self.asText() : name(self);
      return CustomResourceSchema.matches(matches.group(2).replace("\\\\", "\\"), text);
    }
    Matcher oneOf = ONE_OF.matcher(rule);
    if (oneOf.matches()) {
      return List.of(oneOf.group(1).split(", ")).contains("'" + self.asText() + "'");
    }
    return switch (rule) {
      case "self.metadata.name.size() <= 63" -> name(self).length() <= MAX_NAME;
      case "has(self.spec.cache.name) || self.metadata.name.size() <= 57"
              + " || self.metadata.name.size() > 63" ->
          self.at("/spec/cache/name").isTextual()
              || name(self).length() <= MAX_NAME_WITH_SUFFIX
              || name(self).length() > MAX_NAME;
      case SERVICE_NAME + " != " + CACHE_NAME -> !serviceName(self).equals(cacheName(self));
      case SERVICE_NAME + " == " + OLD_SERVICE_NAME -> serviceName(self).equals(serviceName(old));
      case CACHE_NAME + " == " + OLD_CACHE_NAME -> cacheName(self).equals(cacheName(old));
      case "self.spec.service" + INSTANCE_OF -> isInstance(self, "service");
      case "self.spec.cache" + INSTANCE_OF -> isInstance(self, "cache");
      case "self.replicas == 0 || self.replicas >= self.minReplicas" ->
          self.path("replicas").asLong() == 0
              || self.path("replicas").asLong() >= self.path("minReplicas").asLong();
      case SERVICE_COMPONENT + " != " + CACHE_COMPONENT ->
          !component(self, "service").equals(component(self, "cache"));
      case SERVICE_COMPONENT + " == " + OLD_SERVICE_COMPONENT ->
          component(self, "service").equals(component(old, "service"));
      case CACHE_COMPONENT + " == " + OLD_CACHE_COMPONENT ->
          component(self, "cache").equals(component(old, "cache"));
      case ROLE_OF + "'service') == 'service'" -> isRole(self, "service");
      case ROLE_OF + "'cache') == 'cache'" -> isRole(self, "cache");
      case "self.size() <= 1 || self.all(port, port.?name.orValue('') != '')" ->
          self.size() <= 1
              || StreamSupport.stream(self.spliterator(), false)
                  .noneMatch(port -> port.path("name").asText("").isEmpty());
      case "type(self) == int ? self >= 1 : string(self).matches('^([1-9][0-9]?|100)%$')" ->
          self.isIntegralNumber()
              ? self.asLong() >= 1
              : CustomResourceSchema.matches("^([1-9][0-9]?|100)%$", self.asText());
      case NO_POLICY
              + "self.placement.topologyKey != '"
              + NODE
              + "' || self.traffic.policy != 'PreferSameZone'" ->
          !topologyKey(self).equals(NODE) || !traffic(self).equals("PreferSameZone");
      case NO_POLICY
              + "self.placement.topologyKey != '"
              + ZONE
              + "' || self.traffic.policy in ['PreferSameZone', 'Cluster']" ->
          !topologyKey(self).equals(ZONE)
              || Set.of("PreferSameZone", "Cluster", "").contains(traffic(self));
      case NO_POLICY
              + "self.traffic.policy == 'Cluster' || self.placement.topologyKey in ['"
              + NODE
              + "', '"
              + ZONE
              + "']" ->
          Set.of("Cluster", "").contains(traffic(self))
              || Set.of(NODE, ZONE).contains(topologyKey(self));
      case "!has(self.nodePort) || self.nodePort == 0" -> self.path("nodePort").asLong(0) == 0;
      case "!has(self.maxPending) || self.maxPending == 1 || self.policy == 'AllowPending'" ->
          !self.hasNonNull("maxPending")
              || self.path("maxPending").asInt() == 1
              || self.path("policy").asText().equals("AllowPending");
      case "!has(self.activeDeadlineSeconds)" -> !self.hasNonNull("activeDeadlineSeconds");
      default -> throw new IllegalStateException("what does this rule mean? " + rule);
    };
  }

  private static String name(JsonNode resource) {
    return resource.at("/metadata/name").asText("");
  }

  private static String serviceName(JsonNode resource) {
    return resource.at("/spec/service/name").asText(name(resource));
  }

  private static String cacheName(JsonNode resource) {
    return resource.at("/spec/cache/name").asText(name(resource) + "-cache");
  }

  private static String topologyKey(JsonNode spec) {
    return spec.at("/placement/topologyKey").asText();
  }

  /** What spec.traffic.policy says; empty where it says nothing. */
  private static String traffic(JsonNode spec) {
    return spec.at("/traffic/policy").asText("");
  }

  private static boolean isInstance(JsonNode resource, String role) {
    String own = name(resource);
    return label(resource.at("/spec/" + role), "app.kubernetes.io/instance", own).equals(own);
  }

  private static String component(JsonNode spec, String role) {
    return label(spec.path(role), "app.kubernetes.io/component", role);
  }

  private static boolean isRole(JsonNode half, String role) {
    return label(half, "colocatedcache.dev/role", role).equals(role);
  }

  private static String label(JsonNode half, String key, String otherwise) {
    return half.path("template").path("metadata").path("labels").path(key).asText(otherwise);
  }
}
