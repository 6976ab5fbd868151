package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.Kubectl;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RefusedManifest;
import dev.colocatedcache.testing.RunningOperator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The plugin as people have it, {@code kubectl colocate}, under an account that may read what the
 * operator reads.
 */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@OwnDevcluster(nodes = 4)
@DisplayName("kubectl colocate")
final class PlanIT {
  private static final Path PLUGINS = Path.of("..", "plugin");
  private static final Path DATA = Path.of("src", "test", "resources", "plan");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  @DisplayName("plans what the operator then grants, word for word, and again what runs")
  void planIsStatus(Devcluster cluster, RunningOperator operator, TestNamespace namespace)
      throws IOException {
    cluster.cordon("node-3");
    cluster.taint("node-4", "dedicated", "batch", "NoSchedule");
    List<PairManifest> manifests =
        List.of(
            PairManifest.named("capped").replicas(4),
            PairManifest.named("granted").with("/spec/placement/anchor", "Service"),
            PairManifest.named("too-big")
                .with("/spec/cache/template/spec/containers/0/resources", "{requests: {cpu: 5}}"));
    for (PairManifest manifest : manifests) {
      JsonNode before = plan(cluster, namespace, manifest.yaml());

      ObservedPairs pairs = manifest.apply(cluster, namespace.name());
      pairs.awaitPairs(before.path("granted").asInt());

      assertThat(summary(pairs.status())).as(manifest.name()).isEqualTo(summary(before));
      assertThat(nodes(before, "serviceNode")).isEqualTo(pairs.nodes("service"));
      JsonNode after = plan(cluster, namespace, manifest.yaml());
      assertThat(summary(after)).isEqualTo(summary(before));
      assertThat(after.path("pairs"))
          .as("pairs of %s, which run now", manifest.name())
          .allMatch(pair -> pair.path("running").asBoolean());
    }
    // A pair that runs on a cordoned node counts for both.
    ObservedPairs capped = new ObservedPairs(cluster.client(), namespace.name(), "capped");
    cluster.cordon("node-1");
    cluster.uncordon("node-3");
    settles(() -> assertThat(capped.status().replicas()).isEqualTo(3));
    capped.awaitPairs(3);
    assertThat(summary(plan(cluster, namespace, manifests.get(0).yaml())))
        .isEqualTo(summary(capped.status()));
  }

  @Test
  @DisplayName("refuses what the API server refuses, for the same reason")
  void refusals(Devcluster cluster, RunningOperator operator, TestNamespace namespace) {
    List<String> accepted = new ArrayList<>();
    for (RefusedManifest refused : RefusedManifest.all()) {
      CommandResult said =
          cluster
              .kubectl()
              .runWithInput(
                  refused.manifest(),
                  "-n",
                  namespace.name(),
                  "create",
                  "--dry-run=server",
                  "--validate=strict",
                  "-f-");
      if (said.exit() == 0 || !said.err().contains(refused.complaint())) {
        accepted.add(refused.name() + ": " + said.err());
      }
    }

    assertThat(accepted).as("what the API server says otherwise").isEmpty();
  }

  @Test
  @DisplayName("is found by kubectl, explains, and completes")
  void plugin(Devcluster cluster) throws IOException {
    Kubectl kubectl = cluster.kubectl().withPlugins(PLUGINS);
    String snapshot = DATA.resolve("cluster.json").toString();
    String manifest = DATA.resolve("checkout.yaml").toString();

    assertThat(kubectl.run("plugin", "list").out()).contains("kubectl-colocate");
    CommandResult plan = kubectl.run("colocate", "plan", "-f", manifest, "--snapshot", snapshot);
    assertThat(plan.err()).isEmpty();
    assertThat(plan.out()).isEqualTo(Files.readString(DATA.resolve("golden/checkout.txt")));
    assertThat(plan.exit()).isEqualTo(1);

    assertThat(
            kubectl
                .runWithInput(
                    "{apiVersion: v1, kind: Pod, metadata: {name: a},"
                        + " spec: {containers: [{name: a, image: a}]}}",
                    "colocate",
                    "explain",
                    "-f",
                    "-",
                    "--snapshot",
                    snapshot)
                .orFail())
        .contains("NODE")
        .contains("cedar     no     TaintToleration");

    assertThat(kubectl.run("colocate", "plan", "--nonsense").err())
        .contains("Usage: kubectl colocate plan");
    assertThat(kubectl.run("__complete", "colocate", "plan", "--cor").out())
        .startsWith("--cordon\n:4");
    assertThat(kubectl.run("__complete", "colocate", "plan", "-o", "").out().lines())
        .startsWith("html", "json", "table", "yaml", ":4");
  }

  private static JsonNode plan(Devcluster cluster, TestNamespace namespace, String manifest)
      throws IOException {
    CommandResult said =
        cluster
            .kubectlAs(
                cluster.kubeconfigFor(RunningOperator.NAMESPACE, RunningOperator.SERVICE_ACCOUNT))
            .withPlugins(PLUGINS)
            .runWithInput(
                manifest, "colocate", "plan", "-f", "-", "-n", namespace.name(), "-o", "json");
    assertThat(said.err()).isEmpty();
    JsonNode plan = JSON.readTree(said.out()).at("/colocatedCaches/0");
    boolean capped = plan.path("granted").asInt() < plan.path("requested").asInt();
    assertThat(said.exit()).isEqualTo(capped ? 1 : 0);
    return plan;
  }

  private static Map<String, Object> summary(JsonNode plan) {
    return Map.of(
        "requested", plan.path("requested").asInt(),
        "granted", plan.path("granted").asInt(),
        "eligible", plan.path("eligible").asInt(),
        "message", plan.path("message").asText());
  }

  private static Map<String, Object> summary(ColocatedCacheStatus status) {
    return Map.of(
        "requested", status.requestedReplicas(),
        "granted", status.replicas(),
        "eligible", status.capacity().eligibleNodes(),
        "message", status.capacity().message());
  }

  private static List<String> nodes(JsonNode plan, String field) {
    return StreamSupport.stream(plan.path("pairs").spliterator(), false)
        .map(pair -> pair.path(field).asText())
        .sorted()
        .toList();
  }
}
