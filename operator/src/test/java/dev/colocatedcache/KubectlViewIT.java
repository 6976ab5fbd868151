package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("kubectl")
final class KubectlViewIT {
  private Devcluster cluster;
  private String namespace;
  private ObservedPairs shop;

  @BeforeAll
  void start(Devcluster cluster, RunningOperator operator, TestNamespace own, TestNodes nodes) {
    this.cluster = cluster;
    this.namespace = own.name();
    nodes.add(2);
    PairManifest manifest = PairManifest.named("shop").with("/spec/minReplicas", "2").on(nodes);
    shop = manifest.apply(cluster, namespace);
    shop.awaitPairs(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".spec",
        ".spec.service",
        ".spec.cache",
        ".spec.placement",
        ".status",
        ".status.service",
        ".status.capacity",
        ".status.capacity.rejected",
        ".status.conditions"
      })
  @DisplayName("explain has a word for every field of ours")
  void explain(String path) {
    assertThat(kubectl("explain", "colocatedcache" + path).orFail())
        .contains("DESCRIPTION:", "FIELDS:")
        .doesNotContain("<no description>", "<empty>");
  }

  @Test
  @DisplayName("explain tells where pairs go, with the values that a field takes and its default")
  void explainPlacement() {
    assertThat(kubectl("explain", "ccache.spec.placement").orFail().replaceAll("\\s+", " "))
        .contains(
            "FIELD: placement <Object>",
            "DESCRIPTION: Where pairs go, and which half goes first.",
            "anchor <string> enum: Cache, Service Which half is placed first;",
            "topologyKey <string> The node label whose value is the domain");
  }

  @Test
  @DisplayName("get shows how many pairs are ready, granted and asked for, and why not more")
  void columns() {
    assertThat(row("get", "ccache"))
        .containsExactly("NAME", "READY", "GRANTED", "DESIRED", "NODES", "STATUS", "AGE");
    List<String> wide = rows("get", "colocatedcaches", "-o", "wide");
    assertThat(wide.get(0).split(" +"))
        .containsExactly(
            "NAME", "READY", "GRANTED", "DESIRED", "NODES", "STATUS", "AGE", "LIMITED", "ANCHOR");
    assertThat(wide.get(1).split(" +"))
        .startsWith("shop", "2", "2", "2", "2", "AllPairsReady")
        .endsWith("False", "Cache");
    assertThat(rows("get", "all")).anyMatch(line -> line.startsWith("colocatedcache."));
  }

  @Test
  @DisplayName("api-resources has the short name, and the verbs of a resource with a status")
  void apiResources() {
    assertThat(row("api-resources", "--api-group=colocatedcache.dev", "-o", "wide", "--no-headers"))
        .startsWith("colocatedcaches", "ccache", "colocatedcache.dev/v1alpha1", "true")
        .contains("ColocatedCache")
        .endsWith("all");
  }

  @Test
  @DisplayName("scale reads pairs and the service's pods, and is refused below what is useful")
  void scale() {
    JsonNode scale =
        Yaml.read(
            kubectl("get", "ccache/shop", "--subresource=scale", "-o", "yaml").orFail(),
            JsonNode.class);
    assertThat(scale.at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(scale.at("/status/replicas").asInt()).isEqualTo(2);
    assertThat(rows("get", "pods", "-l", scale.at("/status/selector").asText(), "--no-headers"))
        .as("the pods that a HorizontalPodAutoscaler measures")
        .hasSize(2)
        .noneMatch(line -> line.startsWith("shop-cache"));

    CommandResult refused = kubectl("scale", "ccache/shop", "--replicas=1");
    assertThat(refused.ok()).isFalse();
    assertThat(refused.err())
        .contains(
            "spec.replicas is below spec.minReplicas: raise replicas, lower minReplicas, or set"
                + " replicas to 0 to run no pair");
    assertThat(shop.resource().getSpec().replicas()).isEqualTo(2);
  }

  @Test
  @DisplayName("wait knows when it is ready, and when its spec has been seen")
  void waits() {
    kubectl("wait", "--for=condition=Ready", "ccache/shop", "--timeout=90s").orFail();
    kubectl("wait", "--for=jsonpath={.status.readyReplicas}=2", "ccache", "--all").orFail();
  }

  private List<String> rows(String... arguments) {
    return kubectl(arguments).orFail().lines().map(String::strip).toList();
  }

  private List<String> row(String... arguments) {
    return List.of(rows(arguments).get(0).split(" +"));
  }

  private CommandResult kubectl(String... arguments) {
    return cluster.kubectl(
        Stream.concat(Stream.of("-n", namespace), Stream.of(arguments)).toArray(String[]::new));
  }
}
