package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.DryRun;
import dev.colocatedcache.testing.DryRun.Answer;
import dev.colocatedcache.testing.Mutation;
import dev.colocatedcache.testing.PodTemplate;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sends the API server every template of the test resources, and each again with one field of it
 * removed, emptied, nulled, misspelt or of another type, once in a Deployment and once in a
 * ColocatedCache.
 */
@ExtendWith(DevclusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("What a Deployment's template takes, a ColocatedCache's takes:")
final class TemplateParityIT {
  private static final int AT_ONCE = 4;
  private static final Pattern UNKNOWN_FIELD = Pattern.compile("unknown field \"[^\"]*\"");
  private static final Path TYPES = Path.of("../crd/src/test/resources/kubernetes-core-v1.json");
  private static final String TEMPLATE = "io.k8s.api.core.v1.PodTemplateSpec";

  /** What only the server writes, or refuses in every template, or takes behind a gate only. */
  private static final Set<String> NOT_IN_TEMPLATES =
      new TreeSet<>(
          Set.of(
              "ObjectMeta.deletionGracePeriodSeconds",
              "ObjectMeta.deletionTimestamp",
              "ObjectMeta.managedFields",
              "PodSpec.activeDeadlineSeconds",
              "PodSpec.ephemeralContainers",
              "TypedObjectReference.namespace"));

  /** Both answers to one mutation of a template. */
  private record Verdicts(Mutation mutation, Answer deployment, Answer ours) {}

  private final KubernetesSerialization serialization = new KubernetesSerialization();
  private List<Verdicts> verdicts;

  @BeforeAll
  void ask(Devcluster cluster, TestNamespace namespace, KubernetesClient client) throws Exception {
    cluster.kubectl("apply", "-k", "../crd").orFail();
    List<Mutation> mutations = Mutation.of(PodTemplate.all());
    ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
    try (DryRun dryRun = new DryRun(client)) {
      dryRun.awaitTaken(PodTemplate.written().get(0).asService(namespace.name(), "parity"));
      List<Future<Verdicts>> answers = new ArrayList<>();
      for (Mutation mutation : mutations) {
        answers.add(workers.submit(() -> verdicts(dryRun, namespace.name(), mutation)));
      }
      verdicts = new ArrayList<>();
      for (Future<Verdicts> answer : answers) {
        verdicts.add(answer.get());
      }
    } finally {
      workers.shutdownNow();
    }
  }

  /** Ours is taken if both a create and a server-side apply take it. */
  private static Verdicts verdicts(DryRun dryRun, String namespace, Mutation mutation) {
    ObjectNode deployment = mutation.template().asDeployment(namespace, "parity");
    Answer byHand = dryRun.create(deployment);
    if (byHand.taken() && mutation.kind() == Mutation.Kind.TWICE) {
      // An entry that is there twice under one key no server-side apply takes.
      byHand = dryRun.apply(deployment);
    }
    ObjectNode ours = mutation.template().asService(namespace, "parity");
    Answer created = dryRun.create(ours);
    // A field that it does not know a server-side apply refuses in words of its own.
    return new Verdicts(
        mutation, byHand, byHand.taken() && created.taken() ? dryRun.apply(ours) : created);
  }

  @Test
  @DisplayName("nothing valid is refused")
  void nothingValidIsRefused() {
    List<Verdicts> valid = verdicts.stream().filter(v -> v.deployment().taken()).toList();
    assertThat(valid).hasSizeGreaterThan(500);
    assertThat(valid.stream().filter(v -> !v.ours().taken() && !meaningless(v.mutation())))
        .map(v -> v.mutation() + ": " + v.ours().refusal())
        .isEmpty();
  }

  /**
   * Go reads null in a list as an empty object, as 0 or as an empty text, which in a set is no
   * entry: nothing that anyone could have meant.
   */
  private static boolean meaningless(Mutation mutation) {
    boolean inASet = mutation.path().startsWith("/metadata/finalizers/");
    return mutation.nullsAnItem() && (inASet || !mutation.value().isTextual());
  }

  @Test
  @DisplayName("a typo is refused with the path that a Deployment's refusal has")
  void typos() {
    List<Verdicts> typos =
        verdicts.stream().filter(v -> v.mutation().kind() == Mutation.Kind.TYPO).toList();
    assertThat(typos).hasSizeGreaterThan(400);
    SoftAssertions.assertSoftly(
        softly ->
            typos.forEach(
                v ->
                    softly
                        .assertThat(unknownFields(v.deployment()))
                        .as(v.mutation().toString())
                        .isNotEmpty()
                        .anyMatch(field -> knowsNo(field, unknownFields(v.ours())))));
  }

  /** Whether it is that field which is told of, or one that has it in it. */
  private static boolean knowsNo(String field, List<String> ours) {
    String inside = field.replaceFirst("\"$", ".");
    return !ours.isEmpty()
        && ours.stream().allMatch(own -> own.equals(field) || own.startsWith(inside));
  }

  /** An older API server does not know some fields that a Deployment's template has by now. */
  private static List<String> unknownFields(Answer answer) {
    return UNKNOWN_FIELD
        .matcher(answer.refusal())
        .results()
        .map(found -> found.group().replace("spec.service.", "spec."))
        .toList();
  }

  @Test
  @DisplayName("what is stored can be read: one that cannot would blind the operator to all")
  void everythingStoredCanBeRead() {
    List<Verdicts> stored = verdicts.stream().filter(v -> v.ours().taken()).toList();
    assertThat(stored).hasSizeGreaterThan(500);
    SoftAssertions.assertSoftly(
        softly ->
            stored.forEach(
                v ->
                    softly
                        .assertThatCode(
                            () ->
                                serialization.unmarshal(
                                    v.ours().body().toString(), ColocatedCache.class))
                        .as(v.mutation().toString())
                        .doesNotThrowAnyException()));
  }

  @Test
  @DisplayName("every field of every type has been tried")
  void everyField() throws IOException {
    JsonNode types = new ObjectMapper().readTree(TYPES.toFile()).at("/components/schemas");
    Map<String, Set<String>> tried = new TreeMap<>();
    PodTemplate.all().forEach(t -> visit(types, TEMPLATE, t.tree(), tried));
    Set<String> untried = new TreeSet<>();
    tried.forEach(
        (type, fields) ->
            types
                .get(type)
                .path("properties")
                .fieldNames()
                .forEachRemaining(
                    field -> {
                      if (!fields.contains(field)) {
                        untried.add(type.substring(type.lastIndexOf('.') + 1) + "." + field);
                      }
                    }));
    assertThat(untried).isEqualTo(NOT_IN_TEMPLATES);
    assertThat(tried).hasSizeGreaterThan(100);
  }

  private static void visit(
      JsonNode types, String type, JsonNode value, Map<String, Set<String>> tried) {
    Set<String> fields = tried.computeIfAbsent(type, key -> new TreeSet<>());
    value
        .properties()
        .forEach(
            field -> {
              fields.add(field.getKey());
              JsonNode schema = types.get(type).path("properties").path(field.getKey());
              String reference = schema.findPath("$ref").asText();
              if (!reference.isEmpty()) {
                String referred = reference.substring(reference.lastIndexOf('/') + 1);
                Iterable<JsonNode> values =
                    field.getValue().isArray() ? field.getValue() : List.of(field.getValue());
                values.forEach(item -> visit(types, referred, item, tried));
              }
            });
  }
}
