package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DevclusterExtension.class)
@DisplayName("The schema that templates are held to")
final class CoreSchemaIT {
  private static final Path RECORDED = Path.of("../crd/src/test/resources/kubernetes-core-v1.json");
  private static final String RECORDED_FROM = "v1.36.";
  private static final String REFERENCE = "#/components/schemas/";

  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Test
  @DisplayName("is the one that the API server publishes")
  void recorded(Devcluster cluster, KubernetesClient client) throws IOException {
    assumeTrue(
        cluster.kubernetesVersion().startsWith(RECORDED_FROM),
        () -> "the record is of " + RECORDED_FROM + "x, this is " + cluster.kubernetesVersion());
    JsonNode published = json.readTree(client.raw("/openapi/v3/api/v1")).at("/components/schemas");
    Map<String, JsonNode> reached = new TreeMap<>();
    collect(published, "io.k8s.api.core.v1.PodTemplateSpec", reached);
    collect(published, "io.k8s.api.core.v1.ServiceSpec", reached);
    ObjectNode record = json.createObjectNode();
    record.putObject("components").putObject("schemas").setAll(reached);

    if (Boolean.getBoolean("crd.write")) {
      Files.writeString(RECORDED, json.writeValueAsString(record) + "\n");
    }

    assertThat(json.readTree(RECORDED.toFile()))
        .as(
            "the API server's types differ from the record: -Dcrd.write=true rewrites it, then"
                + " `make crd` the CRD")
        .isEqualTo(record);
  }

  /** The type, and all that it refers to. */
  private static void collect(JsonNode published, String name, Map<String, JsonNode> into) {
    if (!into.containsKey(name)) {
      JsonNode schema = withoutDescriptions(published.required(name), false);
      into.put(name, schema);
      schema
          .findValuesAsText("$ref")
          .forEach(reference -> collect(published, reference.substring(REFERENCE.length()), into));
    }
  }

  private static JsonNode withoutDescriptions(JsonNode node, boolean properties) {
    if (node instanceof ObjectNode object) {
      Map<String, JsonNode> fields = new TreeMap<>();
      object
          .properties()
          .forEach(
              field -> {
                if (properties || !field.getKey().equals("description")) {
                  fields.put(
                      field.getKey(),
                      withoutDescriptions(field.getValue(), field.getKey().equals("properties")));
                }
              });
      return object.objectNode().setAll(fields);
    }
    if (node instanceof ArrayNode array) {
      ArrayNode items = array.arrayNode();
      array.forEach(item -> items.add(withoutDescriptions(item, false)));
      return items;
    }
    return node;
  }
}
