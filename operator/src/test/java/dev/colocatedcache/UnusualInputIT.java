package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What nobody would write, and what is valid all the same. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("Unusual, and yet it works:")
final class UnusualInputIT {
  private static final String LONG = "a2345678-".repeat(7);
  private static final String TEMPLATE = "/spec/service/template";

  private Devcluster cluster;
  private TestNodes nodes;

  /**
   * @param manifest of two pairs, which one thing is unusual of
   * @param pairs that run
   * @param ready the reason of the condition Ready
   * @param message of it
   */
  private record Row(String what, PairManifest manifest, int pairs, String ready, String message) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static final PairManifest SHOP = PairManifest.named("shop");

  private static Row works(String what, PairManifest manifest) {
    return new Row(what, manifest, 2, "AllPairsReady", "2 of 2 pairs ready");
  }

  static List<Row> rows() {
    return List.of(
        new Row(
            "as many replicas as a number can hold",
            SHOP.replicas(Integer.MAX_VALUE),
            2,
            "Capped",
            "2 of 2147483647 pairs placed: 2 of "),
        new Row(
            "no replicas, and at least one",
            SHOP.replicas(0).with("/spec/minReplicas", "1"),
            0,
            "AllPairsReady",
            "0 of 0 pairs ready"),
        new Row(
            "a topology key that no node has",
            SHOP.with("/spec/placement", "{topologyKey: example.com/rack}"),
            0,
            "TooFewPairs",
            "0 of 2 pairs placed: 0 domains of example.com/rack eligible on "),
        works("no need of any pair", SHOP.with("/spec/minReplicas", "0")),
        works(
            "names of 63 characters",
            SHOP.with("/spec/service/name", LONG.replace("8-", "88"))
                .with("/spec/cache/name", LONG.replace("8-", "89"))),
        works(
            "no Service at all",
            SHOP.with("/spec/service/ports", "[]").with("/spec/cache/ports", "[]")),
        works(
            "null wherever it may stand",
            SHOP.with("/spec/placement", "{anchor: null, topologyKey: null}")
                .with("/spec/service/name", "null")
                .with("/spec/service/ports", "null")
                .with("/spec/minReplicas", "null")
                .with(TEMPLATE + "/metadata", "null")),
        works("nothing in placement", SHOP.with("/spec/placement", "null")),
        works(
            "ports of one name in two containers, and one number for two protocols",
            SHOP.with(
                TEMPLATE + "/spec/containers/1",
                "{name: dns, image: dns, ports: [{name: http, containerPort: 53, protocol: UDP},"
                    + " {containerPort: 53, protocol: TCP}]}")),
        works(
            "the metadata of a pod that somebody has copied",
            SHOP.with(
                TEMPLATE + "/metadata",
                "{name: shop-x2v4q, namespace: elsewhere, uid: 8e0d5a9e-0000-4000-8000-000000000000,"
                    + " resourceVersion: '7', creationTimestamp: '2025-01-01T00:00:00Z',"
                    + " generateName: shop-, labels: {app: shop}, ownerReferences: [{apiVersion:"
                    + " apps/v1, kind: ReplicaSet, name: gone, uid: x, controller: true}]}")),
        works(
            "labels of the operator's own, as it would set them",
            SHOP.with(
                TEMPLATE + "/metadata/labels",
                "{app.kubernetes.io/instance: shop, app.kubernetes.io/component: service,"
                    + " colocatedcache.dev/role: service, app.kubernetes.io/managed-by: me}")));
  }

  @BeforeAll
  void start(Devcluster cluster, RunningOperator operator, TestNodes nodes) {
    this.cluster = cluster;
    this.nodes = nodes;
    nodes.add(2);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void works(Row row, TestNamespace own) {
    ObservedPairs shop = row.manifest().on(nodes).apply(cluster, own.name());

    shop.awaitPairs(row.pairs());
    // Once more with pods there that would have to make way.
    row.manifest()
        .with("/spec/service/template/spec/terminationGracePeriodSeconds", "1")
        .on(nodes)
        .apply(cluster, own.name())
        .awaitPairs(row.pairs());
    holdsFor(
        Duration.ofSeconds(1),
        () -> {
          Condition ready = shop.condition("Ready").orElseThrow();
          assertThat(ready.getReason()).isEqualTo(row.ready());
          assertThat(ready.getMessage()).startsWith(row.message());
          assertThat(shop.is("Stalled")).isEqualTo("absent");
        });
  }
}
