package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.cli.RecordedCases.Question;
import dev.colocatedcache.cli.RecordedCases.RecordedCluster;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds our answers against those of the real kube-scheduler, as recorded in conformance/data: node
 * by node the plugin, its reasons and its code, and the whole line it would write.
 */
class ConformanceTest {
  private static final int AT_LEAST = 20_000;

  private final BatchExplainer explainer = new BatchExplainer(KubernetesVersion.DEFAULT);
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void everyRecordedAnswerIsOurs() throws IOException {
    List<String> disagreements =
        RecordedCases.read().parallel().flatMap(this::disagreements).toList();

    assertThat(disagreements).as("answers that differ from kube-scheduler's").isEmpty();
    assertThat(asked.get()).as("recorded cases").isGreaterThanOrEqualTo(AT_LEAST);
  }

  private Stream<String> disagreements(RecordedCluster cluster) {
    return cluster.questions().stream()
        .flatMap(question -> disagreement(cluster, question).stream());
  }

  private Optional<String> disagreement(RecordedCluster cluster, Question question) {
    asked.incrementAndGet();
    ObjectNode ours = explainer.explain(cluster.asked(question)).without(List.of("id"));
    ObjectNode expected = question.expected().deepCopy().without(List.of("id"));
    return ours.equals(expected)
        ? Optional.empty()
        : Optional.of(
            "case %s%n  expected %s%n  ours     %s"
                .formatted(question.id().asText(), expected, ours));
  }
}
