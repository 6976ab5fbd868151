package dev.colocatedcache.cli;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** What conformance/data holds: clusters, and what the real kube-scheduler answered about pods. */
final class RecordedCases {
  private static final Path DATA = Path.of("..", "conformance", "data");
  private static final ObjectReader CLUSTERS = JsonInput.mapper().readerFor(RecordedCluster.class);

  private RecordedCases() {}

  /** All recorded clusters, in the order of the files; may be read in parallel. */
  static Stream<RecordedCluster> read() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(DATA)) {
      files = found.filter(file -> file.toString().endsWith(".jsonl.gz")).sorted().toList();
    }
    return files.stream().flatMap(RecordedCases::lines).toList().stream()
        .map(RecordedCases::cluster);
  }

  private static Stream<String> lines(Path file) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      return reader.lines().toList().stream();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static RecordedCluster cluster(String line) {
    try {
      return CLUSTERS.readValue(line);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** A cluster and what was asked about it. */
  record RecordedCluster(
      List<Node> nodes,
      List<Pod> pods,
      List<Namespace> namespaces,
      @JsonSetter(nulls = Nulls.FAIL, contentNulls = Nulls.FAIL) List<Question> questions) {

    RecordedCluster {
      nodes = nodes == null ? List.of() : nodes;
      pods = pods == null ? List.of() : pods;
    }

    CaseLine asked(Question question) {
      return new CaseLine(question.id(), question.admit(), nodes, pods, namespaces, question.pod());
    }
  }

  /** One pod and the scheduler's answer, as {@code explain --batch} would write it. */
  record Question(JsonNode id, boolean admit, Pod pod, ObjectNode expected) {}
}
