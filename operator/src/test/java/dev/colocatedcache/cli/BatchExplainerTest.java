package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.KubernetesVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchExplainerTest {
  private static final String NODE =
      "{\"metadata\":{\"name\":\"n1\"},\"status\":{\"allocatable\":{\"cpu\":\"1\",\"pods\":\"110\"}}}";

  @Test
  void aLineIsAnsweredByALine() throws IOException {
    assertThat(batch(line("7", "\"admit\":true,", "\"limits\":{\"cpu\":\"2\"}")))
        .containsExactly(
            "{\"id\":7,\"nodes\":{\"n1\":{\"fits\":false,\"plugin\":\"NodeResourcesFit\",\"reasons\":[\"Insufficient"
                + " cpu\"],\"code\":\"UnschedulableAndUnresolvable\"}},\"fitError\":\"0/1 nodes are"
                + " available: 1 Insufficient cpu.\"}");
  }

  @Test
  void aPodAsStoredHasNoDefaults() throws IOException {
    assertThat(batch(line("\"a\"", "\"admit\":false,", "\"limits\":{\"cpu\":\"2\"}")))
        .containsExactly("{\"id\":\"a\",\"nodes\":{\"n1\":{\"fits\":true}},\"fitError\":\"\"}");
  }

  @Test
  void unknownKeysAndNullsAreIgnored() throws IOException {
    assertThat(
            batch(
                "{\"id\":1,\"sequel\":{\"x\":1},\"nodes\":null,\"pods\":null,\"pod\":{\"metadata\":{\"name\":\"x\"},\"spec\":{\"containers\":null,\"tolerations\":null}}}"))
        .containsExactly(
            "{\"id\":1,\"nodes\":{},\"fitError\":\"no nodes available to schedule pods\"}");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          not JSON     | {bad                        | null | not JSON
          cut off      | {"id":4,"pod":{"spec        | 4    | ends too early
          a list       | [1]                         | null | expected an object
          text         | "x"                         | null | expected an object
          two objects  | {"id":1,"pod":{}} {}        | 1    | more after the object
          no pod       | {"id":[2]}                  | [2]  | pod is missing
          an empty pod | {"id":1,"pod":{}}           | 1    | a Pod has no metadata or no spec
          nodes        | {"id":1,"nodes":3,"pod":{}} | 1    | nodes: expected a list
          a node       | {"id":1,"nodes":[3],"pod":{}} | 1  | nodes[0]: expected an object
          admit        | {"id":1,"admit":"so"}       | 1    | admit: expected true or false
          a port       | {"pod":{"spec":{"containers":[{"ports":[{"hostPort":"x"}]}]}},"id":9} | 9 | pod.spec.containers[0].ports[0].hostPort: expected a whole number
          two nodes    | {"id":1,"nodes":[{"metadata":{"name":"a"}},{"metadata":{"name":"a"}}],"pod":{}} | 1 | Node a: there are two of this name
          a quantity   | {"id":1,"pod":{"metadata":{"name":"x"},"spec":{"overhead":{"cpu":"1x"}}}} | 1 | x: pod.spec.overhead.cpu: 1x is not a quantity such as 500m or 1.5Gi
          a node's quantity | {"id":1,"nodes":[{"metadata":{"name":"n7"},"status":{"capacity":{"cpu":true}}}]} | 1 | n7: nodes[0].status.capacity.cpu: true is not a quantity
          a number for a text | {"id":1,"nodes":[{"metadata":{"name":"n7","labels":{"a":1}}}]} | 1 | n7: nodes[0].metadata.labels.a: 1 is not a text
          """)
  void aLineThatCannotBeReadGetsAnErrorAndTheBatchGoesOn(
      String name, String line, String id, String complaint) throws IOException {
    List<String> answers = batch(line + "\n" + line("2", "", ""));

    assertThat(answers).hasSize(2);
    assertThat(answers.get(0))
        .startsWith("{\"id\":" + id + ",\"error\":\"")
        .contains(complaint)
        .doesNotContain("fasterxml", "fabric8", "Exception");
    assertThat(answers.get(1)).startsWith("{\"id\":2,\"nodes\":{");
  }

  @Test
  void answersKeepTheOrderOfTheirLines() throws IOException {
    String lines =
        IntStream.range(0, 1000)
            .mapToObj(i -> line(String.valueOf(i), "", ""))
            .collect(Collectors.joining("\n"));

    List<String> answers = batch(lines);

    assertThat(answers).hasSize(1000);
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i)).startsWith("{\"id\":" + i + ",");
    }
  }

  private static List<String> batch(String lines) throws IOException {
    StringWriter out = new StringWriter();
    new BatchExplainer(KubernetesVersion.DEFAULT)
        .run(new BufferedReader(new StringReader(lines)), new PrintWriter(out));
    return out.toString().lines().toList();
  }

  private static String line(String id, String admit, String resources) {
    return "{\"id\":%s,%s\"nodes\":[%s],\"pod\":{\"metadata\":{\"name\":\"x\"},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\",\"resources\":{%s}}]}}}"
        .formatted(id, admit, NODE, resources);
  }
}
