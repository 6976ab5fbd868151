package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RefusedManifest;
import dev.colocatedcache.testing.Yaml;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A plan refuses in a sentence")
final class PlanRefusalTest {
  private static final String CLUSTER = "src/test/resources/plan/cluster.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  static List<RefusedManifest> refused() {
    return RefusedManifest.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  @DisplayName("what the API server would refuse, and names object and field")
  void refusals(RefusedManifest refused) throws IOException {
    CommandRun run = plan(refused.manifest());

    assertRefused(run);
    assertThat(run.err())
        .startsWith(folder.resolve("manifest.yaml") + ": ColocatedCache default/")
        .contains(refused.complaint());
  }

  @Test
  @DisplayName("what breaks any rule of the CustomResourceDefinition that needs no second object")
  void everyRule() throws IOException {
    Set<String> said = new TreeSet<>();
    for (RefusedManifest refused : RefusedManifest.all()) {
      said.add(plan(refused.manifest()).err());
    }

    Set<String> rules = messages(JSON.valueToTree(CustomResourceSchema.ofColocatedCache().root()));

    assertThat(rules)
        .hasSizeGreaterThan(15)
        .filteredOn(message -> !message.contains("is immutable"))
        .allSatisfy(message -> assertThat(said).anyMatch(sentence -> sentence.contains(message)));
  }

  @ParameterizedTest
  @CsvSource({
    "/spec/service/name, other, spec.service.name is immutable",
    "/spec/cache/name, other, spec.cache.name is immutable",
    "/spec/service/template/metadata, {labels: {app.kubernetes.io/component: web}},"
        + " of spec.service.template is immutable",
    "/spec/cache/template/metadata, {labels: {app.kubernetes.io/component: memcached}},"
        + " of spec.cache.template is immutable"
  })
  @DisplayName("a change of what cannot be changed")
  void immutable(String place, String value, String complaint) throws IOException {
    PairManifest before = PairManifest.named("checkout").with("/metadata/namespace", "default");
    JsonNode cluster = JSON.readTree(Path.of(CLUSTER).toFile());
    ((ArrayNode) cluster.path("items")).add(Yaml.read(before.yaml(), JsonNode.class));
    Path snapshot = Files.writeString(folder.resolve("cluster.json"), cluster.toString());

    assertThat(plan(before.yaml(), snapshot).err()).isEmpty();
    CommandRun run = plan(before.with(place, value).yaml(), snapshot);

    assertRefused(run);
    assertThat(run.err()).contains("ColocatedCache default/checkout is invalid: ", complaint);
  }

  @Test
  @DisplayName("and not a default of the released definition, which stands in all that was stored")
  void releasedDefault() throws IOException {
    PairManifest stored =
        PairManifest.named("checkout")
            .with("/metadata/namespace", "default")
            .with("/spec/capacity", "{policy: Cap, maxPending: 1, scaleDownDelaySeconds: 120}");

    assertThat(plan(stored.yaml()).err()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          nothing               | `   `                                             | there is no ColocatedCache in it
          another kind          | {apiVersion: v1, kind: Service}                   | there is no ColocatedCache in it
          text                  | hello                                             | manifest.yaml: not a Kubernetes object but "hello"
          a list                | [1, 2]                                            | manifest.yaml: not a Kubernetes object but a list
          a brace too few       | {kind: ColocatedCache                             | manifest.yaml: not YAML or JSON at line
          a tab                 | `a:\tb: c`                                        | manifest.yaml: not YAML or JSON
          twice the same key    | {kind: ColocatedCache, kind: ColocatedCache}      | duplicate key kind
          another version       | {apiVersion: colocatedcache.dev/v1, kind: ColocatedCache, metadata: {name: a}} | ColocatedCache a: apiVersion is "colocatedcache.dev/v1": it must be colocatedcache.dev/v1alpha1
          no version            | {kind: ColocatedCache, metadata: {name: a}}       | ColocatedCache a: apiVersion is ""
          no name               | {apiVersion: colocatedcache.dev/v1alpha1, kind: ColocatedCache} | a ColocatedCache has no metadata.name
          metadata that is none | {apiVersion: colocatedcache.dev/v1alpha1, kind: ColocatedCache, metadata: 5} | metadata
          an alias of itself    | &a {kind: ColocatedCache, spec: *a}               | manifest.yaml:
          """)
  void manifests(String name, String manifest, String complaint) throws IOException {
    CommandRun run = plan(manifest.replace("\\t", "\t"));

    assertRefused(run);
    assertThat(run.err()).contains(complaint);
  }

  @Test
  @DisplayName("a file of which one document of two is bad")
  void oneOfTwo() throws IOException {
    CommandRun run =
        plan(
            PairManifest.named("good").yaml()
                + "\n---\n"
                + PairManifest.named("bad").replicas(-1).yaml());

    assertRefused(run);
    assertThat(run.err()).contains("ColocatedCache default/bad is invalid: spec.replicas");
  }

  @Test
  @DisplayName("two of one name, and says in which files")
  void twoOfOneName() throws IOException {
    Path other =
        Files.writeString(folder.resolve("other.yaml"), PairManifest.named("checkout").yaml());
    Path manifest =
        Files.writeString(folder.resolve("manifest.yaml"), PairManifest.named("checkout").yaml());

    CommandRun run =
        CommandRun.of("plan", "-f", folder.toString(), "--snapshot", CLUSTER, "-n", "default");

    assertRefused(run);
    assertThat(run.err())
        .isEqualTo(other + ": ColocatedCache default/checkout is in " + manifest + " too\n");
  }

  @Test
  @DisplayName("a folder without manifests")
  void emptyFolder() {
    CommandRun run = CommandRun.of("plan", "-f", folder.toString(), "--snapshot", CLUSTER);

    assertRefused(run);
    assertThat(run.err()).isEqualTo(folder + ": no file of it ends with .yaml, .yml or .json\n");
  }

  @Test
  @DisplayName("to read manifests and a snapshot from one standard input")
  void standardInputTwice() {
    CommandRun run = CommandRun.of("plan", "-f", "-", "--snapshot", "-");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("-f and --snapshot cannot both read standard input");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          an invalid selector      | affinity | {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: Near}]}}]}} | Near
          a selector without value | affinity | {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: In}]}}]}} | In and NotIn need at least one value
          an unknown priority      | priorityClassName | nobody | nobody
          an unknown runtime       | runtimeClassName  | nobody | nobody
          """)
  @DisplayName(
      "what would make the operator report Stalled, for no pod of the template is admitted")
  void inadmissible(String name, String field, String value, String complaint) throws IOException {
    CommandRun run = plan(PairManifest.named("checkout").withInBoth("/" + field, value).yaml());

    assertRefused(run);
    assertThat(run.err()).contains("ColocatedCache default/checkout", complaint);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          truncated          | {"kind": "List", "items": [{"kind": "Node", "metadata": {"name": "a"}} | ends too early
          another List       | {"kind": "List", "items": [{"kind": "Service", "metadata": {"name": "a"}}]} | it holds no Node, but a Service
          two of one name    | {"items": [{"kind": "Node", "metadata": {"name": "a"}}, {"kind": "Node", "metadata": {"name": "a"}}]} | Node a: there are two of this name
          a quantity         | {"items": [{"kind": "Node", "metadata": {"name": "a"}, "status": {"allocatable": {"cpu": "lots"}}}]} | Node a: resource cpu: "lots" is not a quantity
          a class of nothing | {"items": [{"kind": "Node", "metadata": {"name": "a"}}, {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "b"}}]} | PriorityClass b has no value
          a deep one         | DEEP | depth
          a huge label value | {"items": [{"kind": "Node", "metadata": {"name": "a", "labels": {"b": "HUGE"}}}]} | Node a: the label b has a value of 1048576 characters
          """)
  void snapshots(String name, String json, String complaint) throws IOException {
    String text =
        json.replace("HUGE", "x".repeat(1 << 20))
            .replace("DEEP", "{\"items\":[{\"x\":" + "[".repeat(100_000));
    Path snapshot = Files.writeString(folder.resolve("cluster.json"), text);

    CommandRun run = plan(PairManifest.named("checkout").yaml(), snapshot);

    assertRefused(run);
    assertThat(run.err()).startsWith(snapshot + ": ").contains(complaint);
  }

  @Test
  @DisplayName("a snapshot of which the gzip is damaged")
  void garbage() throws IOException {
    Path snapshot = folder.resolve("cluster.json.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(snapshot))) {
      Files.copy(Path.of(CLUSTER), out);
    }
    byte[] bytes = Files.readAllBytes(snapshot);
    new Random(1).nextBytes(bytes);
    bytes[0] = 0x1f;
    bytes[1] = (byte) 0x8b;
    Files.write(snapshot, bytes);

    CommandRun run = plan(PairManifest.named("checkout").yaml(), snapshot);

    assertRefused(run);
    assertThat(run.err()).startsWith(snapshot + ": ");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"1e3, 1", "0.5Gi, 1", "9223372036854775807, 1", "1500m, 1", "-1, 0", "0, 0"})
  @DisplayName("no quantity that a cluster can have")
  void quantities(String memory, int fits) throws IOException {
    String cluster =
        """
        {"items": [
          {"kind": "Node", "metadata": {"name": "a", "labels": {"kubernetes.io/hostname": "a"}},
           "status": {"allocatable": {"cpu": "1", "memory": "%s", "pods": "10"}}},
          {"kind": "Pod", "metadata": {"name": "lost", "namespace": "x"},
           "spec": {"nodeName": "nowhere", "containers": [{"name": "a"}]}}]}
        """
            .formatted(memory);
    Path snapshot = Files.writeString(folder.resolve("cluster.json"), cluster);

    CommandRun run =
        plan(
            PairManifest.named("checkout")
                .with("/spec/replicas", "1")
                .withInBoth("/containers/0/resources", "{requests: {memory: 1m}}")
                .yaml(),
            snapshot);

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains(fits + " of 1 pairs placed");
    assertThat(run.exit()).isEqualTo(1 - fits);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          empty     | {}                                                                       | 2
          itself    | {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app.kubernetes.io/instance: checkout}}}]}} | 1
          each other | {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {nobody: here}}}]}} | 0
          """)
  @DisplayName("no affinity, however odd: it says what comes of it")
  void oddAffinity(String name, String affinity, int granted) throws IOException {
    CommandRun run = plan(PairManifest.named("checkout").withInBoth("/affinity", affinity).yaml());

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains(granted + " of 2 pairs placed");
  }

  private CommandRun plan(String manifest) throws IOException {
    return plan(manifest, Path.of(CLUSTER));
  }

  private CommandRun plan(String manifest, Path snapshot) throws IOException {
    Path file = Files.writeString(folder.resolve("manifest.yaml"), manifest);
    return CommandRun.of(
        "plan", "-f", file.toString(), "--snapshot", snapshot.toString(), "-n", "default");
  }

  private static void assertRefused(CommandRun run) {
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).doesNotContain("\tat ", "Exception").hasLineCount(1);
    assertThat(run.err().length()).as("a sentence, not the input").isLessThan(4000);
  }

  private static Set<String> messages(JsonNode schema) {
    return schema.findParents("rule").stream()
        .map(rule -> rule.path("message").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
