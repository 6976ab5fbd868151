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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands in a template comes through the operator's own types whole. */
class TemplateReadingTest {
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
    assertThat(PodTemplate.leaves(written)).isEqualTo(PodTemplate.leaves(template.tree()));
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
