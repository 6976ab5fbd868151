package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairRecorder;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The least number of ready pairs at any moment of ten rollouts, of ten scale-downs and of a drain
 * of every node, with the operator and by hand, side by side on one cluster. It takes a quarter of
 * an hour, so that it runs where {@code make availability} asks for it and not with the others.
 */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@OwnDevcluster
@EnabledIfSystemProperty(named = "availability", matches = "true")
@DisplayName("Of 18 pairs on 20 nodes")
final class AvailabilityIT {
  private static final int NODES = 20;
  private static final int PAIRS = 18;
  private static final int ROLLOUTS = 10;
  private static final int SCALE_DOWNS = 10;

  /** Ample for one rollout of all pairs, one after the other. */
  private static final Duration WITH_OPERATOR = Duration.ofMinutes(10);

  /** By hand some of it never ends. */
  private static final Duration BY_HAND = Duration.ofSeconds(40);

  private static final Path TABLE = Path.of("target", "availability.md");

  /** What came of one kind of trouble. */
  private record Row(
      String subject, String trouble, int least, int missing, int ended, int steps, int whole) {
    String text() {
      return "| %s | %s | %d | %d | %d of %d | %d |"
          .formatted(trouble, subject, least, missing, ended, steps, whole);
    }
  }

  @Test
  @DisplayName("never more than one is away with the operator, where halves part by hand")
  void leastReadyPairs(Devcluster cluster, RunningOperator operator) throws IOException {
    List<Subject> subjects =
        List.of(
            new Subject(cluster, "operator, Guaranteed", "Guaranteed"),
            new Subject(cluster, "operator, BestEffort", "BestEffort"),
            new Subject(cluster, "by hand", null));
    List<Row> rows =
        subjects.stream()
            .map(subject -> CompletableFuture.supplyAsync(subject::suffer))
            .toList()
            .stream()
            .flatMap(done -> done.join().stream())
            .toList();
    subjects.forEach(Subject::close);

    List<String> table = new ArrayList<>();
    table.add(
        "| what happens | how | ready pairs at the worst moment | missing of those asked for | ended by itself | whole pairs afterwards |");
    table.add("|---|---|---|---|---|---|");
    for (String trouble : List.of("ten rollouts", "ten scale-downs", "a drain of every node")) {
      rows.stream().filter(row -> row.trouble().equals(trouble)).map(Row::text).forEach(table::add);
    }
    Files.write(TABLE, table);
    System.out.println(String.join("\n", table));

    assertThat(rows)
        .filteredOn(row -> row.subject().equals("operator, Guaranteed"))
        .hasSize(3)
        .allSatisfy(
            row -> {
              assertThat(row.missing()).as(row.text()).isLessThanOrEqualTo(1);
              assertThat(row.ended()).as(row.text()).isEqualTo(row.steps());
            });
    assertThat(rows)
        .filteredOn(row -> row.subject().startsWith("operator"))
        .allSatisfy(
            row ->
                assertThat(row.whole())
                    .as(row.text())
                    .isEqualTo(row.trouble().contains("scale") ? PAIRS - SCALE_DOWNS : PAIRS));
    assertThat(rows)
        .as("or there would be no need of an operator")
        .filteredOn(row -> row.subject().equals("by hand"))
        .anySatisfy(row -> assertThat(row.missing()).as(row.text()).isGreaterThan(1));
  }

  /** 18 pairs on 20 nodes that nobody else uses. */
  private static final class Subject {
    private final Devcluster cluster;
    private final String name;
    private final String pairing;
    private final Duration limit;
    private final TestNamespace namespace;
    private final TestNodes nodes;
    private PairRecorder recorder;

    /**
     * @param pairing null without the operator
     */
    Subject(Devcluster cluster, String name, String pairing) {
      this.cluster = cluster;
      this.name = name;
      this.pairing = pairing;
      this.limit = pairing == null ? BY_HAND : WITH_OPERATOR;
      this.namespace = cluster.namespace("availability");
      this.nodes = cluster.nodes(namespace.name());
      nodes.add(NODES);
    }

    List<Row> suffer() {
      try (PairRecorder sees = new PairRecorder(cluster.client(), namespace.name(), "checkout")) {
        recorder = sees;
        return List.of(drains(), scaleDowns(), rollouts());
      }
    }

    private Row rollouts() {
      begin();
      int ended = 0;
      for (int i = 1; i <= ROLLOUTS; i++) {
        change(roles(i), "v" + i);
        ended += ends(PAIRS) ? 1 : 0;
        System.out.printf(
            "%s %s: %d rollouts, at least %d ready%n", Instant.now(), name, i, recorder.least());
      }
      return row("ten rollouts", recorder.least(), PAIRS - recorder.least(), ended, ROLLOUTS);
    }

    private Row scaleDowns() {
      begin();
      int ended = 0;
      int least = PAIRS;
      int missing = 0;
      for (int pairs = PAIRS - 1; pairs >= PAIRS - SCALE_DOWNS; pairs--) {
        recorder.startOver();
        scale(pairs);
        ended += ends(pairs) ? 1 : 0;
        least = Math.min(least, recorder.least());
        missing = Math.max(missing, pairs - recorder.least());
      }
      return row("ten scale-downs", least, missing, ended, SCALE_DOWNS);
    }

    private Row drains() {
      begin();
      int ended = 0;
      for (String node : nodes.names()) {
        boolean drained =
            cluster
                    .kubectl(
                        "drain",
                        node,
                        "--ignore-daemonsets",
                        "--delete-emptydir-data",
                        "--timeout=" + limit.toSeconds() + "s")
                    .exit()
                == 0;
        boolean back = ends(PAIRS);
        cluster.kubectl("uncordon", node).orFail();
        ended += drained && back ? 1 : 0;
      }
      return row("a drain of every node", recorder.least(), PAIRS - recorder.least(), ended, NODES);
    }

    private Row row(String trouble, int least, int missing, int ended, int steps) {
      recorder.startOver();
      Row row = new Row(name, trouble, least, missing, ended, steps, recorder.least());
      System.out.println(Instant.now() + " " + row.text());
      return row;
    }

    /** All of it anew, and whole. */
    private void begin() {
      String kind = pairing == null ? "deployment" : "ccache";
      kubectl("delete", kind, "--all", "--wait=true", "--cascade=foreground");
      settles(() -> assertThat(pods()).isZero());
      String sample =
          Yaml.file(
                  pairing == null
                      ? "samples/checkout-service-follows-cache-by-hand.yaml"
                      : "samples/checkout-service-follows-cache.yaml")
              .replace("namespace: checkout", "namespace: " + namespace.name())
              .replace("anchor: Cache", "anchor: Cache\n    pairing: " + pairing);
      cluster.kubectl().runWithInput(nodes.pin(sample), "apply", "-f-").orFail();
      scale(PAIRS);
      settles(
          () -> {
            recorder.startOver();
            assertThat(recorder.least()).as(name).isEqualTo(PAIRS);
          });
      assertThat(ends(PAIRS)).as("%s has begun", name).isTrue();
      recorder.startOver();
    }

    private long pods() {
      return cluster.client().pods().inNamespace(namespace.name()).list().getItems().size();
    }

    /** The service alone, the cache alone, and both at once, in turn. */
    private static List<String> roles(int rollout) {
      return switch (rollout % 3) {
        case 1 -> List.of("service");
        case 2 -> List.of("cache");
        default -> List.of("service", "cache");
      };
    }

    /** All of it by one write, where one object holds both templates. */
    private void change(List<String> roles, String version) {
      String template =
          "{\"template\":{\"metadata\":{\"annotations\":{\"version\":\"" + version + "\"}}}}";
      if (pairing == null) {
        for (String role : roles) {
          String deployment = role.equals("cache") ? "checkout-redis" : "checkout";
          patch("deployment/" + deployment, "{\"spec\":" + template + "}");
        }
      } else {
        patch(
            "ccache/checkout",
            roles.stream()
                .map(role -> "\"" + role + "\":" + template)
                .collect(Collectors.joining(",", "{\"spec\":{", "}}")));
      }
    }

    private void patch(String what, String patch) {
      kubectl("patch", what, "--type=merge", "-p", patch);
    }

    private void scale(int pairs) {
      if (pairing == null) {
        kubectl("scale", "deployment/checkout-redis", "deployment/checkout", "--replicas=" + pairs);
      } else {
        kubectl("scale", "ccache/checkout", "--replicas=" + pairs);
      }
    }

    /** Waits until there are so many pods of each half and all is rolled out, for a while. */
    private boolean ends(int pairs) {
      BooleanSupplier ended =
          () ->
              List.of("checkout", "checkout-redis").stream().allMatch(child -> isDone(child, pairs))
                  && pods() == 2L * pairs
                  && (pairing == null || isWhole(pairs));
      try {
        await().atMost(limit).pollInterval(Duration.ofMillis(500)).until(ended::getAsBoolean);
        return true;
      } catch (ConditionTimeoutException e) {
        return false;
      }
    }

    private boolean isDone(String child, int pairs) {
      var deployment =
          cluster.client().apps().deployments().inNamespace(namespace.name()).withName(child).get();
      return deployment != null
          && deployment.getStatus() != null
          && deployment
              .getMetadata()
              .getGeneration()
              .equals(deployment.getStatus().getObservedGeneration())
          && Integer.valueOf(pairs).equals(deployment.getSpec().getReplicas())
          && Integer.valueOf(pairs).equals(deployment.getStatus().getUpdatedReplicas())
          && Integer.valueOf(pairs).equals(deployment.getStatus().getAvailableReplicas());
    }

    private boolean isWhole(int pairs) {
      var seen = new ObservedPairs(cluster.client(), namespace.name(), "checkout");
      return seen.status().readyReplicas() == pairs
          && seen.is("Reconciling").equals("absent")
          && seen.status()
              .observedGeneration()
              .equals(seen.resource().getMetadata().getGeneration());
    }

    private void kubectl(String... arguments) {
      String[] all = new String[arguments.length + 2];
      all[0] = "-n";
      all[1] = namespace.name();
      System.arraycopy(arguments, 0, all, 2, arguments.length);
      cluster.kubectl(all).orFail();
    }

    void close() {
      namespace.close();
      nodes.close();
    }
  }
}
