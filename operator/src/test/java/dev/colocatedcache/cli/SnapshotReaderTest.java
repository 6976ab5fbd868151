package dev.colocatedcache.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.NodeInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A snapshot")
final class SnapshotReaderTest {
  private static final String NODE =
      """
      {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"zone":"a"}},
       "spec":{"unschedulable":true},"status":{"allocatable":{"cpu":"4","pods":"110"}}}\
      """;
  private static final String POD =
      """
      {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"shop"},
       "spec":{"nodeName":"n1","containers":[{"name":"c","env":[{"name":"A"}]}]}}\
      """;
  private static final String NAMESPACE =
      """
      {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}\
      """;

  private static String list(String... items) {
    // In the order in which kubectl prints it.
    return "{\"apiVersion\":\"v1\",\"items\":[" + String.join(",", items) + "],\"kind\":\"List\"}";
  }

  private static ClusterInput read(byte[] json) {
    ClusterInput cluster = new ClusterInput(KubernetesVersion.DEFAULT, node -> true);
    new SnapshotReader(cluster).read(new ByteArrayInputStream(json), "cluster.json");
    return cluster;
  }

  private static ClusterInput read(String json) {
    return read(json.getBytes(UTF_8));
  }

  @Test
  @DisplayName("is what kubectl prints")
  void list() {
    ClusterInput cluster = read(list(NODE, POD, NAMESPACE));

    NodeInfo node = cluster.snapshot().node("n1");
    assertThat(node.unschedulable()).isTrue();
    assertThat(node.label("zone")).isEqualTo("a");
    assertThat(node.pods()).hasSize(1);
    assertThat(cluster.podsOf("n1")).hasSize(1);
    assertThat(cluster.notes()).isEmpty();
  }

  @Test
  @DisplayName("may be compressed")
  void gzip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(list(NODE).getBytes(UTF_8));
    }

    assertThat(read(bytes.toByteArray()).nodes()).containsOnlyKeys("n1");
  }

  @Test
  @DisplayName("may be several lists, of one kind each, with fields in any order")
  void otherShapes() {
    ClusterInput cluster =
        read(
            """
            {"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"7"},
             "items":[{"metadata":{"name":"n2"}}]}
            {"items":[{"spec":{"nodeName":"n2","containers":[]},
                       "metadata":{"name":"p","namespace":"shop"},"kind":"Pod"}]}
            """
                + NODE);

    assertThat(cluster.nodes()).containsOnlyKeys("n1", "n2");
    assertThat(cluster.snapshot().node("n2").pods()).hasSize(1);
  }

  @Test
  @DisplayName("says what it lacks")
  void notes() {
    assertThat(read(list(NODE)).notes())
        .containsExactly("cluster.json holds no Pod: every node counts as empty.");
    assertThat(read(list(NODE, POD)).notes())
        .containsExactly(
            "cluster.json holds no Namespace: no namespaceSelector matches one by its labels.");
    assertThat(read(list(NODE.replace("n1", "n2"), POD, NAMESPACE)).notes())
        .containsExactly("there is no Node n1: its pods do not count, Pod shop/p for one.");
  }

  @Test
  @DisplayName(
      "takes limit ranges, runtime classes and priority classes, and passes other kinds over")
  void admission() {
    ClusterInput cluster =
        read(
            list(
                NODE,
                """
                {"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"l","namespace":"shop"},
                 "spec":{"limits":[{"type":"Container","defaultRequest":{"cpu":"1"}}]}}\
                """,
                """
                {"apiVersion":"node.k8s.io/v1","kind":"RuntimeClass","metadata":{"name":"kata"},
                 "handler":"kata","overhead":{"podFixed":{"cpu":"250m"}}}\
                """,
                """
                {"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass",
                 "metadata":{"name":"high"},"value":1000}\
                """,
                """
                {"apiVersion":"metrics.k8s.io/v1beta1","kind":"Pod","metadata":{"name":"odd"},
                 "spec":7}\
                """));

    assertThat(cluster.admission("shop").limitRanges()).hasSize(1);
    assertThat(cluster.admission("other").limitRanges()).isEmpty();
    assertThat(cluster.admission("shop").runtimeClasses().get(0).getHandler()).isEqualTo("kata");
    assertThat(cluster.admission("shop").priorityClasses().get(0).getValue()).isEqualTo(1000);
  }

  @Test
  @DisplayName("counts no pod on a node that is not there")
  void unknownNode() {
    ClusterInput cluster = read(list(NODE, POD.replace("n1", "gone")));

    assertThat(cluster.snapshot().nodes()).hasSize(1);
    assertThat(cluster.snapshot().node("n1").pods()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nothing | | cluster.json: it is empty: make it with: kubectl get nodes,pods,namespaces -A"
            + " -o json",
        "no JSON | apiVersion: v1 | cluster.json: not JSON at line 1, column 12: Unrecognized token"
            + " 'apiVersion'",
        "a number | 7 | cluster.json: not a List of objects: make it",
        "an empty list | {\"kind\":\"List\",\"items\":[]} | cluster.json: it holds no Node: make it"
            + " with",
        "other kinds | {\"items\":[{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{}}]} |"
            + " cluster.json: it holds no Node, but a Service: make it with",
        "no kind | {\"items\":[{\"metadata\":{\"name\":\"x\"}}]} | cluster.json: items[0] has no"
            + " kind",
        "an item that is no object | {\"items\":[[]]} | cluster.json: items[0] is not an object",
        "no name | {\"items\":[{\"kind\":\"Node\"}]} | cluster.json: a Node has no metadata.name",
        "half a node | {\"items\":[{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"},\"spec\": |"
            + " cluster.json: Node n1: the JSON ends too early, at line 1, column 58",
        "two nodes of a name |"
            + " {\"items\":[{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"}},{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"}}]}"
            + " | cluster.json: Node n1: there are two of this name",
        "text for a flag |"
            + " {\"items\":[{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"},\"spec\":{\"unschedulable\":\"maybe\"}}]}"
            + " | cluster.json: Node n1: spec.unschedulable: maybe is not true or false",
        "text for a list |"
            + " {\"items\":[{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"},\"spec\":{\"taints\":\"all\"}}]}"
            + " | cluster.json: Node n1: spec.taints: expected a list",
        "null in a list |"
            + " {\"items\":[{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"},\"spec\":{\"taints\":[null]}}]}"
            + " | cluster.json: Node n1: spec.taints",
        "no quantity |"
            + " {\"items\":[{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"},\"status\":{\"allocatable\":{\"cpu\":\"many\"}}}]}"
            + " | cluster.json: Node n1: resource cpu: \"many\" is not a quantity such as 500m or"
            + " 1.5Gi",
      })
  @DisplayName("that cannot be used is refused with the name of what is wrong:")
  void refused(String what, String json, String sentence) {
    assertThatThrownBy(() -> read(json == null ? "" : json))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(sentence);
  }

  @Test
  @DisplayName("that no API server would have stored is refused")
  void absurd() {
    assertThatThrownBy(() -> read(list(NODE.replace("\"a\"", "\"" + "a".repeat(1 << 20) + "\""))))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "cluster.json: Node n1: the label zone has a value of 1048576 characters, at most 63"
                + " are allowed");
    assertThatThrownBy(() -> read(list(POD.replace("[{\"name\":\"A\"}]", "[".repeat(100_000)))))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("cluster.json: Pod shop/p: spec.containers[0]: ")
        .hasMessageContaining("depth");
  }

  @Test
  @DisplayName("that is not there, or damaged, is said so")
  void files() throws IOException {
    ClusterInput cluster = new ClusterInput(KubernetesVersion.DEFAULT, node -> true);
    assertThatThrownBy(() -> new SnapshotReader(cluster).read(Path.of("no", "such.json")))
        .isInstanceOf(BadInputException.class)
        .hasMessage("no/such.json: no such file");
    assertThatThrownBy(() -> read(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0}))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("cluster.json: the compressed data ends too early");
  }
}
