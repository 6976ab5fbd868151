package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.RoleSpec;
import dev.colocatedcache.testing.PodTemplate;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands in a template comes through the operator's own types whole. */
class TemplateReadingTest {
  private static final Set<String> EMPTY_IS_ABSENT =
      Set.of(
          "labels", "annotations", "nodeSelector", "limits", "requests", "resources", "metadata");
  private static final Set<String> QUANTITIES =
      Set.of("limits", "requests", "overhead", "sizeLimit", "divisor");

  private final KubernetesSerialization serialization = new KubernetesSerialization();
  private final ObjectMapper json = new ObjectMapper();

  static List<PodTemplate> templates() {
    return PodTemplate.all();
  }

  @ParameterizedTest
  @MethodSource("templates")
  void nothingIsLost(PodTemplate template) throws JsonProcessingException {
    ColocatedCache read =
        serialization.unmarshal(
            template.asService("shop", "checkout").toString(), ColocatedCache.class);
    JsonNode written = json.readTree(serialization.asJson(read)).at("/spec/service/template");
    assertThat(leaves(written)).isEqualTo(leaves(template.tree()));
  }

  /** Each value with its path; what Go reads as "not set" is left out, quantities are text. */
  private static Set<String> leaves(JsonNode tree) {
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

  @Test
  void nullsAreNotThere() {
    RoleSpec service =
        Yaml.read(
                """
                spec:
                  service:
                    name: null
                    ports: [{port: 80, name: null}]
                    template:
                      metadata: null
                      spec:
                        initContainers: null
                        nodeSelector: {disk: null}
                        containers:
                        - {name: app, image: app, env: null, args: [--verbose, null], resources: null}
                """,
                ColocatedCache.class)
            .getSpec()
            .service();
    PodSpec pod = service.template().getSpec();
    assertThat(pod.getInitContainers()).isEmpty();
    assertThat(pod.getNodeSelector()).isEmpty();
    assertThat(pod.getContainers().get(0).getEnv()).isEmpty();
    assertThat(pod.getContainers().get(0).getArgs()).containsExactly("--verbose", "");
    assertThat(pod.getContainers().get(0).getResources()).isNull();
    assertThat(service.ports().get(0).getName()).isNull();
    assertThat(service.name()).isNull();
  }
}
