package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PodTemplate;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("A template as people write it")
final class TemplatesIT {
  private static final Set<String> GENERATED_LABELS =
      Set.of(
          "app.kubernetes.io/name",
          "app.kubernetes.io/instance",
          "app.kubernetes.io/component",
          "app.kubernetes.io/part-of",
          "app.kubernetes.io/managed-by",
          "colocatedcache.dev/role");

  /** One of the templates names it. */
  private static final JsonNode RUNTIME_CLASS =
      Yaml.read(
          "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: nvidia}, handler: nvidia}",
          JsonNode.class);

  private final ObjectMapper json = new ObjectMapper();
  private Devcluster cluster;
  private String namespace;

  @BeforeAll
  void start(Devcluster cluster, RunningOperator operator, TestNamespace own) {
    this.cluster = cluster;
    this.namespace = own.name();
    apply(RUNTIME_CLASS);
  }

  @AfterAll
  void clean() {
    cluster.kubectl("delete", "runtimeclass", RUNTIME_CLASS.at("/metadata/name").asText()).orFail();
  }

  static List<PodTemplate> templates() {
    return PodTemplate.written();
  }

  @ParameterizedTest
  @MethodSource("templates")
  @DisplayName("is stored as it was written, by either kind of apply, and applied again unchanged")
  void stored(PodTemplate template) throws JsonProcessingException {
    for (String kind : List.of("client", "server")) {
      String name = template.name() + "-" + kind;
      String manifest = template.asService(namespace, name).toString();
      String flag = "--server-side=" + kind.equals("server");

      CommandResult applied =
          cluster.kubectl().runWithInput(manifest, "apply", "--validate=strict", flag, "-f-");

      assertThat(applied.orFail()).contains(name);
      assertThat(applied.err()).isEmpty();
      JsonNode stored = get("colocatedcache", name).at("/spec/service/template");
      assertThat(PodTemplate.leaves(stored)).isEqualTo(written(template));
      JsonNode before = get("colocatedcache", name).at("/metadata/generation");
      cluster.kubectl().runWithInput(manifest, "apply", flag, "-f-").orFail();
      assertThat(get("colocatedcache", name).at("/metadata/generation")).isEqualTo(before);
    }
  }

  private static Set<String> written(PodTemplate template) {
    JsonNode tree = template.tree().deepCopy();
    if (tree.at("/spec/imagePullSecrets").isNull()) {
      ((ObjectNode) tree.get("spec")).remove("imagePullSecrets");
    }
    return PodTemplate.leaves(tree);
  }

  @ParameterizedTest
  @MethodSource("templates")
  @DisplayName("reaches the Deployment whole, beside what the operator adds")
  void whole(PodTemplate template) throws JsonProcessingException {
    String name = template.name();
    apply(template.asService(namespace, name));
    ObjectNode byHand = template.asDeployment(namespace, name + "-by-hand");
    ((ObjectNode) byHand.get("spec")).put("replicas", 0);
    apply(byHand);

    settles(
        () ->
            assertThat(cluster.kubectl("-n", namespace, "get", "deployment", name).ok())
                .as(() -> conditions(name))
                .isTrue());

    JsonNode ours = get("deployment", name).at("/spec/template");
    JsonNode theirs = get("deployment", name + "-by-hand").at("/spec/template");
    holdsLabels(ours, theirs);
    assertThat(ours.at("/metadata/annotations")).isEqualTo(theirs.at("/metadata/annotations"));
    holdsAffinity(name, ours.at("/spec/affinity"), theirs.at("/spec/affinity"));
    for (JsonNode each : List.of(ours, theirs)) {
      ((ObjectNode) each.get("spec")).remove("affinity");
    }
    assertThat(ours.get("spec").toPrettyString()).isEqualTo(theirs.get("spec").toPrettyString());
  }

  @Test
  @DisplayName("is refused with a typo in it, with the field's path, as in a Deployment")
  void typo() throws JsonProcessingException {
    PodTemplate web =
        templates().stream().filter(t -> t.name().equals("web-service")).findAny().orElseThrow();
    PodTemplate wrong = new PodTemplate("typo", web.tree().deepCopy());
    ((ObjectNode) wrong.tree().at("/spec/containers/0/readinessProbe/httpGet")).put("prt", "http");

    CommandResult byHand = refused(wrong.asDeployment(namespace, "typo-by-hand"));
    CommandResult ours = refused(wrong.asService(namespace, "typo"));

    String field = "template.spec.containers[0].readinessProbe.httpGet.prt";
    String refusal = "strict decoding error: unknown field \"spec.";
    assertThat(byHand.err().strip()).endsWith(refusal + field + '"');
    assertThat(ours.err().strip()).endsWith(refusal + "service." + field + '"');
  }

  private CommandResult refused(JsonNode object) {
    CommandResult result = cluster.kubectl().runWithInput(object.toString(), "apply", "-f-");
    assertThat(result.ok()).isFalse();
    return result;
  }

  private String conditions(String name) {
    return cluster
        .kubectl("-n", namespace, "get", "ccache", name, "-o", "jsonpath={.status.conditions}")
        .out();
  }

  private static void holdsLabels(JsonNode ours, JsonNode theirs) {
    Map<String, String> user = labels(theirs);
    user.remove(PodTemplate.SELECTED);
    Map<String, String> found = labels(ours);
    assertThat(found).containsAllEntriesOf(user);
    Set<String> added = new HashSet<>(found.keySet());
    added.removeAll(user.keySet());
    assertThat(GENERATED_LABELS).containsAll(added);
  }

  private static Map<String, String> labels(JsonNode template) {
    Map<String, String> labels = new TreeMap<>();
    template
        .at("/metadata/labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return labels;
  }

  /** The user's terms stand first and unchanged; a required one more is ours. */
  private static void holdsAffinity(String name, JsonNode ours, JsonNode theirs) {
    assertThat(ours.path("nodeAffinity")).isEqualTo(theirs.path("nodeAffinity"));
    for (String kind : List.of("podAffinity", "podAntiAffinity")) {
      String preferred = "preferredDuringSchedulingIgnoredDuringExecution";
      assertThat(ours.path(kind).path(preferred)).isEqualTo(theirs.path(kind).path(preferred));
      String required = "requiredDuringSchedulingIgnoredDuringExecution";
      List<JsonNode> users = items(theirs.path(kind).path(required));
      List<JsonNode> all = items(ours.path(kind).path(required));
      assertThat(all).hasSize(users.size() + 1);
      assertThat(all.subList(0, users.size())).isEqualTo(users);
      JsonNode added = all.get(users.size());
      assertThat(added.get("topologyKey").asText()).isEqualTo("kubernetes.io/hostname");
      assertThat(added.at("/labelSelector/matchLabels/app.kubernetes.io~1instance").asText())
          .isEqualTo(name);
    }
  }

  private static List<JsonNode> items(JsonNode array) {
    List<JsonNode> items = new ArrayList<>();
    array.forEach(items::add);
    return items;
  }

  private void apply(JsonNode object) {
    cluster.kubectl().runWithInput(object.toString(), "apply", "-f-").orFail();
  }

  private JsonNode get(String kind, String name) throws JsonProcessingException {
    return json.readTree(
        cluster.kubectl("-n", namespace, "get", kind, name, "-o", "json").orFail());
  }
}
