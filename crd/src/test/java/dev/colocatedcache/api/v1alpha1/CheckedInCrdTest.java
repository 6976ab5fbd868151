package dev.colocatedcache.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the generator alone would not have put into the CRD. */
class CheckedInCrdTest {

  private static JsonNode crd;
  private static JsonNode version;
  private static JsonNode root;

  @BeforeAll
  static void read() throws IOException {
    crd = new YAMLMapper().readTree(Path.of(CheckedInCrd.FILE).toFile());
    version = crd.at("/spec/versions/0");
    root = version.at("/schema/openAPIV3Schema");
  }

  @Test
  void fitsTheAnnotationOfClientSideApply() {
    // kubectl keeps the whole object in an annotation, and annotations hold 262144 bytes.
    assertThat(crd.toString().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(200_000);
  }

  @Test
  void isListedWithEverythingElse() {
    assertThat(texts(crd.at("/spec/names/categories"))).containsExactly("all");
    assertThat(texts(crd.at("/spec/names/shortNames"))).containsExactly("ccache");
  }

  @Test
  void showsWhatCountsFirst() {
    List<String> columns = new ArrayList<>();
    version
        .get("additionalPrinterColumns")
        .forEach(
            column ->
                columns.add(
                    column.get("name").asText() + (column.has("priority") ? " (wide)" : "")));
    assertThat(columns)
        .containsExactly(
            "Ready",
            "Granted",
            "Desired",
            "Nodes",
            "Status",
            "Age",
            "Limited (wide)",
            "Anchor (wide)");
  }

  @Test
  void scalesByPairs() {
    JsonNode subresources = version.get("subresources");
    assertThat(subresources.has("status")).isTrue();
    assertThat(subresources.at("/scale/specReplicasPath").asText()).isEqualTo(".spec.replicas");
    assertThat(subresources.at("/scale/statusReplicasPath").asText()).isEqualTo(".status.replicas");
    assertThat(subresources.at("/scale/labelSelectorPath").asText()).isEqualTo(".status.selector");
  }

  /** kstatus takes what has no status at all for current, though no operator has seen it. */
  @Test
  void countsAsUnseenUntilTheOperatorHasSeenIt() {
    assertThat(root.at("/properties/status/default")).hasToString("{\"observedGeneration\":-1}");
  }

  /**
   * Who compares lists by what is written in them, as Argo CD does, would see a change for ever.
   */
  @Test
  void hasNoDefaultsInsideOfLists() {
    List<String> defaults = new ArrayList<>();
    defaultsInLists("", root.at("/properties/spec"), false, defaults);
    assertThat(defaults).isEmpty();
  }

  private static void defaultsInLists(
      String path, JsonNode schema, boolean inList, List<String> defaults) {
    if (inList && !schema.path("default").asText().isEmpty()) {
      defaults.add(path);
    }
    if (schema.has("items")) {
      defaultsInLists(path + "[]", schema.get("items"), true, defaults);
    }
    schema
        .path("properties")
        .properties()
        .forEach(
            property ->
                defaultsInLists(
                    path + "." + property.getKey(), property.getValue(), inList, defaults));
  }

  @Test
  void requiresASpec() {
    assertThat(texts(root.get("required"))).containsExactly("spec");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/properties/conditions type", "/properties/capacity/rejected reason"})
  void mergesListsOfTheStatusByKey(String pathAndKey) {
    String[] parts = pathAndKey.replace("capacity/", "capacity/properties/").split(" ", 2);
    JsonNode list = root.at("/properties/status" + parts[0]);
    assertThat(list.get("x-kubernetes-list-type").asText()).isEqualTo("map");
    assertThat(texts(list.get("x-kubernetes-list-map-keys"))).containsExactly(parts[1]);
    assertThat(texts(list.at("/items/required"))).contains(parts[1]);
  }

  @Test
  void describesEveryFieldOfOurs() {
    List<String> undescribed = new ArrayList<>();
    describe("", root, undescribed);
    assertThat(undescribed).isEmpty();
  }

  /** Kubernetes' own types are described in its own reference, and would be 500 kB here. */
  private static void describe(String path, JsonNode schema, List<String> undescribed) {
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              String at = path + "." + property.getKey();
              if (property.getValue().path("description").asText().isBlank()) {
                undescribed.add(at);
              }
              if (!Set.of("template", "ports").contains(property.getKey())) {
                describe(at, property.getValue(), undescribed);
              }
            });
    if (schema.path("items").isObject()) {
      describe(path + "[]", schema.get("items"), undescribed);
    }
  }

  @Test
  void boundsEveryNumberToWhatJavaReads() {
    List<String> unbounded = new ArrayList<>();
    walk(
        "",
        root,
        (path, schema) -> {
          if ("integer".equals(schema.path("type").asText())
              && !Set.of("int32", "int64").contains(schema.path("format").asText())) {
            unbounded.add(path);
          }
        });
    assertThat(unbounded).isEmpty();
  }

  @Test
  void takesQuantitiesAsNumbersAndAsText() {
    JsonNode cpu =
        root.at(
            "/properties/spec/properties/cache/properties/template/properties/spec/properties"
                + "/containers/items/properties/resources/properties/requests"
                + "/additionalProperties");
    assertThat(cpu.has("type")).isFalse();
    assertThat(cpu.get("x-kubernetes-preserve-unknown-fields").asBoolean()).isTrue();
  }

  @Test
  void holdsEveryRuleOnce() {
    walk(
        "",
        root,
        (path, schema) -> {
          List<JsonNode> rules = new ArrayList<>();
          schema.path("x-kubernetes-validations").forEach(rules::add);
          assertThat(rules).as(path).doesNotHaveDuplicates();
        });
  }

  @Test
  void letsNullPassWhereverAFieldMayBeAbsent() {
    List<String> refused = new ArrayList<>();
    walk(
        "",
        root.at("/properties/spec/properties/service/properties/template"),
        (path, schema) -> {
          Set<String> needed = new HashSet<>(texts(schema.path("required")));
          schema
              .path("properties")
              .properties()
              .forEach(
                  property -> {
                    if (!needed.contains(property.getKey())
                        && !property.getValue().has("default")
                        && !property.getValue().path("nullable").asBoolean()) {
                      refused.add(path + "." + property.getKey());
                    }
                  });
        });
    assertThat(refused).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void givesBothRolesTheSameSchemaOfATemplate(Role role) {
    String path = "/properties/spec/properties/%s/properties/template/properties";
    assertThat(root.at(path.formatted(role.value())))
        .isEqualTo(root.at(path.formatted(role.other().value())));
  }

  private interface Visitor {
    void visit(String path, JsonNode schema);
  }

  private static void walk(String path, JsonNode schema, Visitor visitor) {
    visitor.visit(path, schema);
    schema
        .path("properties")
        .properties()
        .forEach(p -> walk(path + "." + p.getKey(), p.getValue(), visitor));
    if (schema.path("items").isObject()) {
      walk(path + "[]", schema.get("items"), visitor);
    }
    if (schema.path("additionalProperties").isObject()) {
      walk(path + "{}", schema.get("additionalProperties"), visitor);
    }
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
