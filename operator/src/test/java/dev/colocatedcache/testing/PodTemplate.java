package dev.colocatedcache.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A pod template from the test resources, as its author wrote it: nulls, bare numbers and all.
 *
 * @param name of the file, without its ending
 * @param tree its content
 */
public record PodTemplate(String name, JsonNode tree) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Set<String> EMPTY_IS_ABSENT =
      Set.of(
          "labels", "annotations", "nodeSelector", "limits", "requests", "resources", "metadata");
  private static final Set<String> QUANTITIES =
      Set.of("limits", "requests", "overhead", "sizeLimit", "divisor");

  /** Templates as people write them. */
  public static List<PodTemplate> written() {
    return in("templates");
  }

  /** Templates that have every field of a pod between them, sensible or not. */
  public static List<PodTemplate> everyField() {
    return in("template-fields");
  }

  /** All of them. */
  public static List<PodTemplate> all() {
    return Stream.concat(written().stream(), everyField().stream()).toList();
  }

  private static List<PodTemplate> in(String folder) {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources", folder))) {
      return files.sorted().map(PodTemplate::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PodTemplate read(Path file) {
    try {
      return new PodTemplate(
          file.getFileName().toString().replaceAll("\\.yaml$", ""), YAML.readTree(file.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A ColocatedCache whose service has this template; its cache has the least that there is. */
  public ObjectNode asService(String namespace, String name) {
    ObjectNode cc = object("colocatedcache.dev/v1alpha1", "ColocatedCache", namespace, name);
    ObjectNode spec = cc.putObject("spec");
    spec.putObject("service").set("template", tree.deepCopy());
    ArrayNode containers =
        spec.putObject("cache").putObject("template").putObject("spec").putArray("containers");
    containers.addObject().put("name", "cache").put("image", "cache");
    return cc;
  }

  /**
   * The Deployment that one would write by hand: with a label, for it has to select its pods by
   * something.
   */
  public ObjectNode asDeployment(String namespace, String name) {
    ObjectNode deployment = object("apps/v1", "Deployment", namespace, name);
    ObjectNode spec = deployment.putObject("spec");
    spec.putObject("selector").putObject("matchLabels").put(SELECTED, name);
    spec.set("template", tree.deepCopy());
    if (spec.get("template") instanceof ObjectNode template
        && absentOrObject(template.path("metadata"))) {
      ObjectNode metadata = object(template, "metadata");
      if (absentOrObject(metadata.path("labels"))) {
        object(metadata, "labels").put(SELECTED, name);
      }
    }
    return deployment;
  }

  /** The label by which {@link #asDeployment} selects its pods. */
  public static final String SELECTED = "by-hand";

  private static ObjectNode object(String apiVersion, String kind, String namespace, String name) {
    ObjectNode object = JSON.createObjectNode().put("apiVersion", apiVersion).put("kind", kind);
    object.putObject("metadata").put("name", name).put("namespace", namespace);
    return object;
  }

  private static boolean absentOrObject(JsonNode node) {
    return node.isMissingNode() || node.isNull() || node.isObject();
  }

  private static ObjectNode object(ObjectNode owner, String field) {
    return owner.path(field) instanceof ObjectNode there ? there : owner.putObject(field);
  }

  /** Each value with its path; what Go reads as "not set" is left out, quantities are text. */
  public static Set<String> leaves(JsonNode tree) {
    Set<String> leaves = new TreeSet<>();
    collect("", "", tree, false, leaves);
    return leaves;
  }

  private static void collect(
      String path, String field, JsonNode node, boolean quantity, Set<String> into) {
    boolean quantities = quantity || QUANTITIES.contains(field);
    if (node.isContainerNode() && !node.isEmpty()) {
      node.properties()
          .forEach(
              f -> collect(path + "." + f.getKey(), f.getKey(), f.getValue(), quantities, into));
      for (int i = 0; node.isArray() && i < node.size(); i++) {
        collect(path + "[" + i + "]", "", node.get(i), quantities, into);
      }
    } else if (quantities && node.isNumber()) {
      into.add(path + " = " + node.decimalValue().stripTrailingZeros().toPlainString());
    } else if (quantities && node.isTextual()) {
      into.add(path + " = " + plain(node.textValue()));
    } else if (!node.isNull()
        && !(node.isArray() && node.isEmpty())
        && !(node.isObject() && EMPTY_IS_ABSENT.contains(field))) {
      into.add(path + " = " + node);
    }
  }

  private static String plain(String quantity) {
    return quantity.matches("[0-9.E]+")
        ? new BigDecimal(quantity).stripTrailingZeros().toPlainString()
        : quantity;
  }

  @Override
  public String toString() {
    return name;
  }
}
