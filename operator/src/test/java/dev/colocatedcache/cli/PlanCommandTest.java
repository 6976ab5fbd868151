package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code plan} answers of a small cluster: pairs run on alder and on birch, which is cordoned;
 * cedar is tainted, dogwood and elm are full, and fir has room.
 */
@DisplayName("A plan")
final class PlanCommandTest {
  private static final Path DATA = Path.of("src/test/resources/plan");
  private static final String CLUSTER = DATA.resolve("cluster.json").toString();
  private static final String CHECKOUT = DATA.resolve("checkout.yaml").toString();
  private static final String SHOP = DATA.resolve("shop.yaml").toString();

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "checkout.txt, table, 1, ''",
    "checkout.json, json, 1, ''",
    "checkout.yaml, yaml, 1, ''",
    "checkout-more-nodes.txt, table, 0, --add-nodes 2 --like alder",
    "checkout-drain.txt, table, 1, --drain alder --cordon fir",
    "checkout-without-zone.txt, table, 1, --without-zone zone-c",
  })
  @DisplayName("is written as it is in src/test/resources/plan/golden")
  void goldens(String golden, String format, int exit, String whatIf) throws IOException {
    List<String> args =
        new ArrayList<>(List.of("-f", CHECKOUT, "--snapshot", CLUSTER, "-o", format));
    args.addAll(List.of(whatIf.split(" ")));
    args.removeIf(String::isEmpty);

    CommandRun run = plan(args.toArray(String[]::new));

    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isEqualTo(exit);
    assertGolden(golden, run.out());
  }

  @Test
  @DisplayName(
      "for several serves priority first, then age, then the order in which they are given")
  void competition() throws IOException {
    CommandRun run = plan("-f", SHOP, CHECKOUT, "--snapshot", CLUSTER);

    assertThat(run.exit()).isEqualTo(1);
    assertGolden("competition.txt", run.out());
  }

  @Test
  @DisplayName("counts what quotas leave, as the operator does")
  void quotas() throws IOException {
    Path snapshot = folder.resolve("with-quota.json");
    Files.writeString(
        snapshot,
        Files.readString(Path.of(CLUSTER))
            + """
            {"apiVersion": "v1", "kind": "ResourceQuota",
             "metadata": {"name": "team", "namespace": "shop"},
             "status": {"hard": {"pods": "10"}, "used": {"pods": "6"}}}
            """);

    String plan = plan("-f", SHOP, "--snapshot", snapshot.toString()).out();

    assertThat(plan)
        .contains("shop/search: 2 of 2 pairs placed")
        .contains("shop/basket: 0 of 2 pairs placed");
    assertThat(plan("-f", SHOP, "--snapshot", snapshot.toString(), "--replicas", "3").out())
        .contains("exceeded quota: team, limited: pods=10");
  }

  @Test
  @DisplayName("gives to others the room that an anchor which stands alone does not take")
  void misplacedAnchor() throws IOException {
    Path snapshot = folder.resolve("two-nodes.json");
    Files.writeString(
        snapshot,
        """
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "narrow", "labels": {"kubernetes.io/hostname": "narrow"}},
         "status": {"allocatable": {"cpu": "500m", "memory": "1Gi", "pods": "10"}}}
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "wide", "labels": {"kubernetes.io/hostname": "wide"}},
         "status": {"allocatable": {"cpu": "1", "memory": "1Gi", "pods": "10"}}}
        {"apiVersion": "v1", "kind": "Pod",
         "metadata": {
           "name": "first-cache-5f-x",
           "namespace": "duo",
           "labels": {
             "pod-template-hash": "5f",
             "app.kubernetes.io/component": "cache",
             "app.kubernetes.io/instance": "first"
           },
           "ownerReferences": [
             {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "first-cache-5f",
              "uid": "1", "controller": true}]
         },
         "spec": {
           "nodeName": "narrow",
           "containers": [
             {"name": "app", "image": "app", "resources": {"requests": {"cpu": "400m"}}}]
         }}
        """);
    Path both = folder.resolve("both.yaml");
    Files.writeString(both, oneOf("first") + "---\n" + oneOf("second"));

    CommandRun run = plan("-f", both.toString(), "--snapshot", snapshot.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("duo/first: 1 of 1 pairs placed")
        .contains("an anchor runs where its follower does not fit, on narrow")
        .contains("duo/second: 1 of 1 pairs placed");
  }

  private static String oneOf(String name) {
    return """
        apiVersion: colocatedcache.dev/v1alpha1
        kind: ColocatedCache
        metadata: {name: %s, namespace: duo}
        spec:
          replicas: 1
          service: &half
            template:
              spec: {containers: [{name: app, image: app, resources: {requests: {cpu: 400m}}}]}
          cache: *half
        """
        .formatted(name);
  }

  @Test
  @DisplayName("is the same as JSON and as YAML")
  void formats() throws IOException {
    String json = plan("-f", SHOP, CHECKOUT, "--snapshot", CLUSTER, "-o", "json").out();
    String yaml = plan("-f", SHOP, CHECKOUT, "--snapshot", CLUSTER, "-o", "yaml").out();

    assertThat(new YAMLMapper().readTree(yaml)).isEqualTo(new ObjectMapper().readTree(json));
  }

  @Test
  @DisplayName("without -f is of the ColocatedCaches that the cluster has")
  void existing() {
    CommandRun run = plan("--snapshot", CLUSTER);

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("checkout    checkout   3           3         all granted");
  }

  @Test
  @DisplayName("reads a gzipped snapshot, and manifests from standard input")
  void streams() throws IOException {
    Path gz = folder.resolve("cluster.json.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gz))) {
      Files.copy(Path.of(CLUSTER), out);
    }

    CommandRun run =
        CommandRun.withInput(
            Files.readString(Path.of(CHECKOUT)), "plan", "-f", "-", "--snapshot", gz.toString());

    assertGolden("checkout.txt", run.out());
  }

  @Test
  @DisplayName("reads the manifests of a folder and passes over other kinds and files")
  void folders() throws IOException {
    Files.copy(Path.of(CHECKOUT), folder.resolve("b.yml"));
    Files.copy(Path.of(SHOP), Files.createDirectory(folder.resolve("deeper")).resolve("a.yaml"));
    Files.writeString(folder.resolve("README.md"), "{{{ no manifest");

    assertThat(names(plan("-f", folder.toString(), "--snapshot", CLUSTER, "-o", "json")))
        .containsExactly("checkout");
    assertThat(names(plan("-R", "-f", folder.toString(), "--snapshot", CLUSTER, "-o", "json")))
        .containsExactly("search", "checkout", "basket");
  }

  @Test
  @DisplayName("puts an object without a namespace where -n says, as kubectl does")
  void namespace() throws IOException {
    Path file = folder.resolve("a.yaml");
    Files.writeString(
        file, Files.readString(Path.of(CHECKOUT)).replace("  namespace: checkout\n", ""));

    CommandRun run = plan("-f", file.toString(), "--snapshot", CLUSTER, "-n", "shop", "-o", "json");

    assertThat(new ObjectMapper().readTree(run.out()).at("/colocatedCaches/0/namespace").asText())
        .isEqualTo("shop");
  }

  @Test
  @DisplayName("is of the cluster without the ColocatedCache's own pods, but counts running pairs")
  void ownPods() throws IOException {
    JsonNode cache =
        new ObjectMapper()
            .readTree(plan("-f", CHECKOUT, "--snapshot", CLUSTER, "-o", "json").out())
            .at("/colocatedCaches/0");

    // birch is cordoned: no new pair would come there.
    assertThat(cache.at("/pairs/1/domain").asText()).isEqualTo("birch");
    assertThat(cache.at("/pairs/1/running").asBoolean()).isTrue();
  }

  @Test
  @DisplayName("does not count a pair of which either half is going")
  void terminating() throws IOException {
    String going =
        Files.readString(Path.of(CLUSTER))
            .replace(
                "\"name\": \"checkout-7d9c5b6f4-m7n5t\"",
                "\"deletionTimestamp\": \"2026-01-05T09:00:00Z\","
                    + " \"name\": \"checkout-7d9c5b6f4-m7n5t\"");
    Path file = Files.writeString(folder.resolve("going.json"), going);

    CommandRun run = plan("-f", CHECKOUT, "--snapshot", file.toString());

    assertThat(run.out())
        .contains("2 of 5 pairs placed")
        .contains("birch     pair      NodeUnschedulable   node(s) were unschedulable");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --replicas 3                                        | 0 | 3 of 3
          --replicas 0                                        | 0 | 0 of 0
          --cordon alder                                      | 1 | 3 of 5
          --cordon fir                                        | 1 | 2 of 5
          --cordon fir,alder                                  | 1 | 2 of 5
          --cordon fir --cordon fir                           | 1 | 2 of 5
          --drain alder                                       | 1 | 2 of 5
          --drain alder --drain birch                         | 1 | 1 of 5
          --without-zone zone-a                               | 1 | 1 of 5
          --without-zone zone-a,zone-b --without-zone zone-c  | 1 | 0 of 5
          --add-nodes 1 --like fir                            | 1 | 4 of 5
          --add-nodes 1 --like fir --add-nodes 1 --like alder | 0 | 5 of 5
          --add-nodes 2 --like birch                          | 0 | 5 of 5
          --add-nodes 2 --like cedar                          | 1 | 3 of 5
          --add-nodes 0 --like fir                            | 1 | 3 of 5
          """)
  @DisplayName("answers what if")
  void whatIfs(String whatIf, int exit, String pairs) {
    List<String> args = new ArrayList<>(List.of("-f", CHECKOUT, "--snapshot", CLUSTER));
    args.addAll(List.of(whatIf.split(" +")));

    CommandRun run = plan(args.toArray(String[]::new));

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("checkout/checkout: " + pairs + " pairs placed: ");
    assertThat(run.exit()).isEqualTo(exit);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          --cordon oak                      | --cordon oak: the cluster has no such node
          --drain oak                       | --drain oak: the cluster has no such node
          --add-nodes 1 --like oak          | --like oak: the cluster has no such node
          --without-zone zone-x             | --without-zone zone-x: no node has the label topology.kubernetes.io/zone=zone-x; the zones are: zone-a, zone-b, zone-c
          --add-nodes 1                     | --like
          --like fir                        | --add-nodes
          --add-nodes -1 --like fir         | --add-nodes must be a number from 0 to 20000
          --add-nodes 1000000000 --like fir | --add-nodes must be a number from 0 to 20000
          --replicas -1                     | ColocatedCache checkout/checkout is invalid: spec.replicas: Invalid value: -1
          --replicas two                    | 'two' is not an int
          -o xml                            | --output
          --kubernetes-version new          | new
          -f nowhere.yaml                   | nowhere.yaml: no such file
          -f pom.xml                        | pom.xml: not YAML or JSON
          -f target/classes/logback.xml -R  | not YAML or JSON
          """)
  @DisplayName("refuses wrong options in a sentence")
  void wrongOptions(String options, String sentence) {
    List<String> args = new ArrayList<>(List.of("-f", CHECKOUT, "--snapshot", CLUSTER));
    args.addAll(List.of(options.split(" +")));

    CommandRun run = plan(args.toArray(String[]::new));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains(sentence).doesNotContain("\tat ", "Exception");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing.json", "."})
  @DisplayName("names a snapshot that is no file")
  void noSnapshot(String name) {
    Path file = folder.resolve(name);

    CommandRun run = plan("-f", CHECKOUT, "--snapshot", file.toString());

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).startsWith(file + ": ").hasLineCount(1);
  }

  private static CommandRun plan(String... args) {
    List<String> all = new ArrayList<>(List.of("plan"));
    all.addAll(List.of(args));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private static List<String> names(CommandRun run) throws IOException {
    List<String> names = new ArrayList<>();
    new ObjectMapper()
        .readTree(run.out())
        .path("colocatedCaches")
        .forEach(cache -> names.add(cache.path("name").asText()));
    return names;
  }

  private static void assertGolden(String name, String text) throws IOException {
    Path golden = DATA.resolve("golden").resolve(name);
    if (Boolean.getBoolean("goldens.write")) {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, text);
    }
    assertThat(text).isEqualTo(Files.readString(golden));
  }
}
