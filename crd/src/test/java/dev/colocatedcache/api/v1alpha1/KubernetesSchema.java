package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Types of core/v1 as a structural schema, from the OpenAPI document that the API server itself
 * publishes (recorded without its descriptions in {@code kubernetes-core-v1.json}; {@code
 * CoreSchemaIT} holds the record to a running API server).
 *
 * <p>A Deployment's template is decoded and judged by Go, a ColocatedCache's by this schema. Where
 * the document asks for more than Go does, it is loosened here, for what a Deployment takes must
 * pass; where a wrong value can be seen by a schema, it is tightened, for a sentence at apply is
 * worth more than one in a status.
 */
final class KubernetesSchema {

  /**
   * A reference to an image, as the kubelet parses it.
   *
   * @see <a href="https://pkg.go.dev/github.com/distribution/reference">distribution/reference</a>
   */
  static final String IMAGE = imageReference();

  /**
   * A quantity, as Go parses it, but for exponents of three digits and more: the API server rounds
   * them to what 64 bits hold, while here they would be kept and have to be calculated with.
   */
  static final String QUANTITY_PATTERN =
      "^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$";

  /** A label's value; empty is one. */
  static final String LABEL_VALUE = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

  private static final String TIME =
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$";

  private static final String RECORDED = "/kubernetes-core-v1.json";
  private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
  private static final String QUANTITY = "Quantity";
  private static final String INT_OR_STRING = "IntOrString";

  /** What a structural schema and the recorded document write alike. */
  private static final List<String> KEPT =
      List.of(
          "type",
          "format",
          "x-kubernetes-list-type",
          "x-kubernetes-list-map-keys",
          "x-kubernetes-map-type");

  /**
   * What the document requires and Go does not: fields whose zero value is a valid one, and types
   * that a template carries but nobody reads.
   */
  private static final Map<String, Set<String>> NOT_REQUIRED =
      Map.of(
          "PreferredSchedulingTerm", Set.of("preference"),
          "HTTPHeader", Set.of("value"),
          "Sysctl", Set.of("value"),
          "SleepAction", Set.of("seconds"),
          "ISCSIVolumeSource", Set.of("lun"),
          "ScaleIOVolumeSource", Set.of("secretRef"),
          "ClusterTrustBundleProjection", Set.of("path"),
          "PodCertificateProjection", Set.of("keyType", "signerName"),
          "OwnerReference", Set.of("apiVersion", "kind", "name", "uid"));

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
    String kind = name.substring(name.lastIndexOf('.') + 1);
    return switch (kind) {
      case QUANTITY -> quantity();
      case INT_OR_STRING -> port();
      // The validator lets a list pass where a string has a format, so the format is a pattern.
      case "Time" -> json.createObjectNode().put("type", "string").put("pattern", TIME);
      // Its keys are paths of fields: nothing that could be listed.
      case "FieldsV1" -> json.createObjectNode().put("type", "object").put(PRESERVE, true);
      default -> {
        if (!schemas.has(name)) {
          throw new IllegalStateException(name + " is not in " + RECORDED);
        }
        ObjectNode schema = structural(kind, schemas.get(name));
        tighten(kind, schema);
        yield schema;
      }
    };
  }

  /**
   * String or number, which a structural schema can only say by leaving the type open: as
   * int-or-string, {@code cpu: 0.5} would be refused. The bounds leave room for neither object, nor
   * list, nor truth value.
   */
  private ObjectNode quantity() {
    ObjectNode quantity = json.createObjectNode();
    quantity.put(PRESERVE, true);
    quantity.put("pattern", QUANTITY_PATTERN);
    quantity.put("minProperties", 1).put("maxProperties", 0);
    quantity.put("minItems", 1).put("maxItems", 0);
    quantity.putObject("not").putArray("enum").add(true).add(false);
    return quantity;
  }

  /** In templates and Services, an int-or-string is always a port's number or name. */
  private ObjectNode port() {
    ObjectNode port = json.createObjectNode();
    port.put("x-kubernetes-int-or-string", true);
    port.put("minimum", 1).put("maximum", 65535);
    return port;
  }

  private ObjectNode structural(String kind, JsonNode source) {
    if (source.has("$ref")) {
      String reference = source.get("$ref").asText();
      return definition(reference.substring(reference.lastIndexOf('/') + 1));
    }
    if (source.has("allOf")) {
      // A reference that carries a description or a default of its own.
      return structural(kind, source.get("allOf").get(0));
    }
    ObjectNode target = json.createObjectNode();
    KEPT.stream().filter(source::has).forEach(key -> target.set(key, source.get(key).deepCopy()));
    if (source.has("items")) {
      target.set("items", items(kind, source));
      if (isKeyedByDefault(source)) {
        target.put("x-kubernetes-list-type", "atomic").remove("x-kubernetes-list-map-keys");
      }
    }
    if (source.path("additionalProperties").isObject()) {
      ObjectNode value = structural(kind, source.get("additionalProperties"));
      target.set("additionalProperties", value.put("nullable", true));
    }
    Set<String> required = new LinkedHashSet<>();
    source.path("required").forEach(name -> required.add(name.asText()));
    required.removeAll(NOT_REQUIRED.getOrDefault(kind, Set.of()));
    if (source.has("properties")) {
      Map<String, JsonNode> properties = new TreeMap<>();
      source
          .get("properties")
          .properties()
          .forEach(
              property -> {
                ObjectNode schema = structural(kind, property.getValue());
                if (!required.contains(property.getKey())) {
                  // Go reads null as "not set", and charts are full of `resources: null`. A create
                  // drops it where it is not allowed, a server-side apply is refused.
                  schema.put("nullable", true);
                }
                properties.put(property.getKey(), schema);
              });
      target.putObject("properties").setAll(properties);
    }
    required.forEach(name -> target.withArray("required").add(name));
    return target;
  }

  private ObjectNode items(String kind, JsonNode list) {
    ObjectNode items = structural(kind, list.get("items"));
    boolean keyed = !"atomic".equals(list.path("x-kubernetes-list-type").asText("atomic"));
    if (!keyed && "string".equals(items.path("type").asText())) {
      // Go reads null as the empty string: `args: [--verbose, null]` is what an empty line of a
      // chart becomes.
      items.put("nullable", true);
    }
    if (!isKeyedByDefault(list)) {
      keys(list).stream()
          .filter(key -> !requires(items, key))
          .forEach(
              key -> {
                property(items, key).remove("nullable");
                property(items, key).put("default", "");
              });
    }
    return items;
  }

  /**
   * Whether a key of the list is neither required nor empty by default: the protocol of a port.
   *
   * <p>A key must be required or have a default, and a default inside of a list is stored, so that
   * who compares with what was written sees the whole list as changed, for ever: Argo CD does. So
   * such a list is no map here, and its default is left to the Deployment, as every other one is.
   */
  private boolean isKeyedByDefault(JsonNode list) {
    return keys(list).stream()
        .anyMatch(
            key ->
                !requires(resolve(list.get("items")), key)
                    && !resolve(list.get("items"))
                        .at("/properties/" + key + "/default")
                        .asText()
                        .isEmpty());
  }

  private static List<String> keys(JsonNode list) {
    List<String> keys = new ArrayList<>();
    list.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.asText()));
    return keys;
  }

  private static boolean requires(JsonNode schema, String key) {
    for (JsonNode name : schema.path("required")) {
      if (name.asText().equals(key)) {
        return true;
      }
    }
    return false;
  }

  private JsonNode resolve(JsonNode source) {
    JsonNode reference = source.has("allOf") ? source.get("allOf").get(0) : source;
    String path = reference.path("$ref").asText();
    return path.isEmpty() ? source : schemas.get(path.substring(path.lastIndexOf('/') + 1));
  }

  private void tighten(String kind, ObjectNode schema) {
    switch (kind) {
      case "PodTemplateSpec" -> require(schema, "spec");
      case "PodSpec" -> {
        property(schema, "containers").put("minItems", 1);
        // Rules cost what they could at most: without a bound, one on each image is refused.
        property(schema, "containers").put("maxItems", 250);
        property(schema, "initContainers").put("maxItems", 250);
        oneOf(
            property(schema, "restartPolicy"),
            "a Deployment's pods run for ever: remove it, or set it to Always",
            "Always");
        oneOf(
            property(schema, "dnsPolicy"),
            "use ClusterFirst, ClusterFirstWithHostNet, Default or None",
            "ClusterFirst",
            "ClusterFirstWithHostNet",
            "Default",
            "None");
        labelValues(schema, "nodeSelector");
        rule(
            schema,
            "!has(self.activeDeadlineSeconds)",
            "activeDeadlineSeconds ends a pod for good, and a Deployment's pods run for ever: remove"
                + " it");
        // Added to running pods only; a template takes an empty list. Their schema would be a third
        // of the whole.
        ObjectNode ephemeral = property(schema, "ephemeralContainers");
        ephemeral.removeAll();
        ephemeral.put("type", "array").put("nullable", true).put("maxItems", 0);
        ephemeral.putObject("items").put("type", "object").put(PRESERVE, true);
      }
      case "Container" -> {
        name(schema);
        require(schema, "image");
        property(schema, "image").put("maxLength", 1024);
        rule(
            property(schema, "image"),
            "self.matches('" + IMAGE.replace("\\", "\\\\") + "')",
            "not a reference to an image: write [registry/]name[:tag][@digest], without spaces, the"
                + " name in lower case");
        oneOf(
            property(schema, "imagePullPolicy"),
            "use Always, IfNotPresent or Never",
            "Always",
            "IfNotPresent",
            "Never");
      }
      case "ContainerPort" -> {
        property(schema, "containerPort").put("minimum", 1).put("maximum", 65535);
        property(schema, "hostPort").put("minimum", 0).put("maximum", 65535);
        protocol(schema);
      }
      case "ServicePort" -> {
        property(schema, "port").put("minimum", 1).put("maximum", 65535);
        protocol(schema);
        rule(
            schema,
            "!has(self.nodePort) || self.nodePort == 0",
            "the Services are of type ClusterIP and have no node port: remove nodePort, and add a"
                + " Service of your own where one is needed");
      }
      case "Volume" -> name(schema);
      case "ObjectMeta" -> {
        labelValues(schema, "labels");
        // Keyed by a field that, like all of this, nobody writes into a template.
        property(schema, "ownerReferences").put("x-kubernetes-list-type", "atomic");
        property(schema, "ownerReferences").remove("x-kubernetes-list-map-keys");
      }
      case "LabelSelector" -> labelValues(schema, "matchLabels");
      default -> {}
    }
  }

  private static void require(ObjectNode schema, String name) {
    schema.withArray("required").add(name);
  }

  private static ObjectNode property(ObjectNode schema, String name) {
    return (ObjectNode) schema.get("properties").get(name);
  }

  private static void rule(ObjectNode schema, String rule, String message) {
    schema
        .withArray("x-kubernetes-validations")
        .addObject()
        .put("rule", rule)
        .put("message", message);
  }

  /** A DNS label, as containers and volumes are named. */
  private static void name(ObjectNode schema) {
    property(schema, "name").put("maxLength", 63).put("pattern", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$");
  }

  /** A rule and no enum: an enum refuses null even where it is nullable. Empty is not set. */
  private static void oneOf(ObjectNode schema, String message, String... values) {
    schema.put("maxLength", 32);
    rule(schema, "self in ['', '" + String.join("', '", values) + "']", message);
  }

  private static void protocol(ObjectNode schema) {
    // No enum, for an enum refuses null even where it is nullable. Empty is not set.
    property(schema, "protocol").put("maxLength", 4).put("pattern", "^(TCP|UDP|SCTP)?$");
  }

  private static void labelValues(ObjectNode schema, String name) {
    ObjectNode value = (ObjectNode) property(schema, name).get("additionalProperties");
    value.put("maxLength", 63).put("pattern", LABEL_VALUE);
  }

  private static String imageReference() {
    String label = "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?";
    String domain = "(" + label + "(\\." + label + ")*|\\[[a-fA-F0-9:]+\\])(:[0-9]+)?";
    String component = "[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*";
    String tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
    String digest = "[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
    return "^(" + domain + "/)?" + component + "(/" + component + ")*" + "(:" + tag + ")?(@"
        + digest + ")?$";
  }
}
