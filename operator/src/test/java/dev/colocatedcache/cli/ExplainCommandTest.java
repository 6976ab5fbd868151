package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ExplainCommandTest {
  private static final String NODES =
      """
      {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "big"},
       "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}}},
      {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "closed"}, "spec": {"unschedulable": true},
       "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}}},
      {"metadata": {"name": "small"}, "status": {"allocatable": {"cpu": "1", "memory": "8Gi", "pods": "110"}},
       "apiVersion": "v1", "kind": "Node"}
      """;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void cluster() throws IOException {
    write("cluster.json", list(NODES));
    write("pod.yaml", pod("cpu: 2"));
  }

  @Test
  void aTableHasARowANodeAndSaysHowManyFit() {
    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isZero();

    assertThat(out)
        .hasToString(
            """
            NODE     FITS   PLUGIN              REASONS
            big      yes
            closed   no     NodeUnschedulable   node(s) were unschedulable
            small    no     NodeResourcesFit    Insufficient cpu

            1 of 3 nodes fit.
            """);
  }

  @Test
  void whereNothingFitsTheLastLineIsTheSchedulers() throws IOException {
    write("pod.yaml", pod("cpu: 5"));

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isZero();

    assertThat(out.toString())
        .endsWith("\n0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.\n");
  }

  @Test
  void jsonIsTheAnswerOfABatch() throws IOException {
    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json", "-o", "json")).isZero();

    assertThat(new ObjectMapper().readTree(out.toString()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"id": "Pod default/x", "nodes": {
                       "big": {"fits": true},
                       "closed": {"fits": false, "plugin": "NodeUnschedulable",
                                  "reasons": ["node(s) were unschedulable"], "code": "UnschedulableAndUnresolvable"},
                       "small": {"fits": false, "plugin": "NodeResourcesFit",
                                 "reasons": ["Insufficient cpu"], "code": "UnschedulableAndUnresolvable"}},
                     "fitError": ""}
                    """));
  }

  @Test
  void aDeploymentIsExplainedByItsTemplate() throws IOException {
    write(
        "deployment.yaml",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: checkout, namespace: shop}
        spec:
          template:
            metadata: {labels: {app: checkout}}
            spec:
              containers: [{name: a, image: i, resources: {limits: {cpu: 3}}}]
        """);

    assertThat(explain("-f", "deployment.yaml", "--snapshot", "cluster.json")).isZero();

    assertThat(out.toString())
        .contains("small    no     NodeResourcesFit")
        .endsWith("1 of 3 nodes fit.\n");
  }

  @Test
  void aSnapshotMayBeGzipped() throws IOException {
    try (OutputStream gz =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("cluster.json.gz")))) {
      gz.write(list(NODES).getBytes(StandardCharsets.UTF_8));
    }

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json.gz")).isZero();

    assertThat(out.toString()).endsWith("1 of 3 nodes fit.\n");
  }

  @Test
  void whatIsOutOfReachIsSaid() throws IOException {
    write(
        "pod.yaml",
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: x}
        spec:
          containers: [{name: a, image: i}]
          volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        """);

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isZero();

    assertThat(out.toString()).contains("The volume data ");
  }

  @Test
  void aPodDoesNotStandInItsOwnWay() throws IOException {
    String stored =
        """
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "namespace": "shop", "uid": "1"},
         "spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "3"}}}]},
         "status": {"nominatedNodeName": "big"}}
        """;
    write("cluster.json", list(NODES + "," + stored));
    write("pod.yaml", stored);

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isZero();

    assertThat(out.toString()).contains("big      yes");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          truncated              | {"kind": "List", "items": [{"kind": "Node", "metadata": {"name": "a"}}   | ends too early
          cut inside an object   | {"kind": "List", "items": [{"kind": "Node", "metadata": {"na             | items[0]:
          not JSON               | hello                                                                    | not JSON at line 1
          nothing                | `   `                                                                    | it is empty
          another List           | {"items": [{"kind": "Service", "metadata": {"name": "a"}}]}              | it holds no Node, but a Service: make it with: kubectl get nodes,pods,namespaces -A -o json
          a List without items   | {"kind": "List"}                                                         | it holds no Node
          an array               | []                                                                       | not a List of objects
          an item without a kind | {"items": [{"metadata": {"name": "a"}}]}                                 | items[0] has no kind
          an item that is none   | {"items": [7]}                                                           | items[0] is not an object
          two of one name        | {"items": [{"kind": "Node", "metadata": {"name": "a"}}, {"kind": "Node", "metadata": {"name": "a"}}]} | Node a: there are two of this name
          no name                | {"items": [{"kind": "Node", "metadata": {}}]}                            | a Node has no metadata.name
          a quantity             | {"items": [{"kind": "Node", "metadata": {"name": "a"}, "status": {"allocatable": {"cpu": "lots"}}}]}  | Node a:
          labels                 | {"items": [{"kind": "Pod", "metadata": {"name": "a", "namespace": "b", "labels": 7}}]}  | items[0]: metadata.labels: expected an object
          """)
  void aSnapshotThatCannotBeUsedIsRefusedInASentence(String name, String json, String complaint)
      throws IOException {
    write("cluster.json", json);

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isEqualTo(2);

    assertThat(err.toString())
        .startsWith(folder.resolve("cluster.json") + ": ")
        .contains(complaint);
    assertThat(err.toString().strip().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aLabelThatNoApiServerWouldStoreIsRefusedByName() throws IOException {
    String huge = "x".repeat(1 << 20);
    write(
        "cluster.json",
        list(
            """
            {"kind": "Node", "metadata": {"name": "a", "labels": {"zone": "%s"}}}
            """
                .formatted(huge)));

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isEqualTo(2);

    assertThat(err.toString())
        .endsWith(
            ": Node a: the label zone has a value of 1048576 characters, at most 63 are allowed\n");
  }

  @Test
  void deepJsonIsRefused() throws IOException {
    write("cluster.json", list("{\"kind\": \"Node\", \"x\": " + "[".repeat(100_000)));

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isEqualTo(2);

    assertThat(err.toString().strip().lines()).hasSize(1);
    assertThat(err.toString()).contains("depth");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          another kind | {apiVersion: v1, kind: Service, metadata: {name: x}}      | a Pod or a Deployment is explained, not Service
          no kind      | {metadata: {name: x}}                                     | a Pod or a Deployment is explained
          no template  | {apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {replicas: 1}} | Deployment x has no spec.template
          no spec      | {apiVersion: v1, kind: Pod, metadata: {name: x}}          | spec
          broken       | {apiVersion: v1, kind: Pod                                | pod.yaml:
          a type       | {apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: 5}} | containers
          a quantity   | {apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: a, resources: {requests: {cpu: 1x}}}]}} | Pod default/x:
          """)
  void aPodThatCannotBeUsedIsRefusedInASentence(String name, String yaml, String complaint)
      throws IOException {
    write("pod.yaml", yaml);

    assertThat(explain("-f", "pod.yaml", "--snapshot", "cluster.json")).isEqualTo(2);

    assertThat(err.toString())
        .contains(complaint)
        .doesNotContain("\tat ")
        .doesNotContain("Exception");
    assertThat(err.toString().strip().lines()).hasSize(1);
  }

  @Test
  void missingFilesAreNamed() {
    assertThat(explain("-f", "nowhere.yaml", "--snapshot", "cluster.json")).isEqualTo(2);

    assertThat(err).hasToString(folder.resolve("nowhere.yaml") + ": no such file\n");
  }

  /** Runs the command with each file name taken in the test's folder. */
  private int explain(String... args) {
    CommandLine line =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all = new String[args.length + 1];
    all[0] = "explain";
    for (int i = 0; i < args.length; i++) {
      all[i + 1] = args[i].contains(".") ? folder.resolve(args[i]).toString() : args[i];
    }
    return line.execute(all);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static String list(String items) {
    return "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": ["
        + items
        + "], \"metadata\": {}}";
  }

  private static String pod(String requests) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: x}
    spec:
      containers:
      - name: a
        image: i
        resources: {requests: {%s}}
    """
        .formatted(requests);
  }
}
