package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DevclusterExtension.class)
@DisplayName("On a real control plane,")
final class SamplesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @BeforeAll
  static void install(Devcluster cluster) {
    cluster.kubectl("apply", "-k", "../crd").orFail();
  }

  @Test
  @OwnDevcluster
  @DisplayName("deploy/ is taken without a warning, and changes nothing the second time")
  void deploy(Devcluster cluster) {
    cluster.kubectl("apply", "-k", "../deploy").orFail();

    CommandResult again = cluster.kubectl("apply", "-k", "../deploy");

    assertThat(again.orFail().lines()).isNotEmpty().allMatch(line -> line.endsWith(" unchanged"));
    assertThat(again.err()).isEmpty();
    assertThat(cluster.kubectl("diff", "-k", "../deploy").orFail()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkout-cache-follows-service.yaml",
        "checkout-cache-follows-service-by-hand.yaml",
        "checkout-service-follows-cache.yaml",
        "checkout-service-follows-cache-by-hand.yaml"
      })
  @DisplayName("a story has no field that the API server does not know")
  void strict(String story, Devcluster cluster, TestNamespace namespace) {
    CommandResult taken =
        cluster
            .kubectl()
            .runWithInput(
                sample(story, namespace), "apply", "--validate=strict", "--dry-run=server", "-f-");

    assertThat(taken.orFail()).contains("(server dry run)");
    assertThat(taken.err()).isEmpty();
  }

  @Test
  @DisplayName("the workshop is taken as it is, its namespace first")
  void workshop(Devcluster cluster, KubernetesClient client) {
    try {
      CommandResult taken =
          cluster.kubectl("apply", "--validate=strict", "-k", "../samples/workshop");

      assertThat(taken.orFail())
          .contains(
              "namespace/checkout created",
              "serviceaccount/checkout created",
              "configmap/checkout-redis created",
              "colocatedcache.colocatedcache.dev/checkout created");
      assertThat(taken.err()).isEmpty();
    } finally {
      client.namespaces().withName("checkout").delete();
    }
  }

  @Test
  @DisplayName("a cache that follows its service by hand waits for ever beside two whole pairs")
  void cacheFollowsServiceByHand(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(2);
    String manifests = sample("checkout-cache-follows-service-by-hand.yaml", namespace);
    cluster.kubectl().runWithInput(nodes.pin(manifests), "apply", "-f-").orFail();

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(ready("checkout", namespace, client)).hasSize(2);
              assertThat(ready("checkout-redis", namespace, client)).hasSize(2);
              assertThat(waiting(namespace, client))
                  .singleElement()
                  .satisfies(
                      pod -> {
                        assertThat(name(pod)).isEqualTo("checkout-redis");
                        assertThat(why(pod, client))
                            .contains("2 node(s) didn't match pod anti-affinity rules");
                      });
            });
  }

  @Test
  @DisplayName("a service that follows its cache by hand waits for ever, with a free node or not")
  void serviceFollowsCacheByHand(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(3);
    String manifests = sample("checkout-service-follows-cache-by-hand.yaml", namespace);
    cluster.kubectl().runWithInput(nodes.pin(manifests), "apply", "-f-").orFail();

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                oneServiceWaits(1, "2 node(s) didn't match pod affinity rules", namespace, client));

    scale(cluster, namespace, "checkout-redis", 2);
    scale(cluster, namespace, "checkout", 3);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                oneServiceWaits(2, "1 node(s) didn't match pod affinity rules", namespace, client));
  }

  private static void oneServiceWaits(
      int pairs, String why, TestNamespace namespace, KubernetesClient client) {
    assertThat(ready("checkout", namespace, client)).hasSize(pairs);
    assertThat(ready("checkout-redis", namespace, client)).hasSize(pairs);
    assertThat(waiting(namespace, client))
        .singleElement()
        .satisfies(
            pod -> {
              assertThat(name(pod)).isEqualTo("checkout");
              assertThat(why(pod, client)).contains(why);
            });
  }

  private static void scale(
      Devcluster cluster, TestNamespace namespace, String deployment, int replicas) {
    cluster
        .kubectl(
            "scale", "-n", namespace.name(), "deployment/" + deployment, "--replicas=" + replicas)
        .orFail();
  }

  private static String sample(String file, TestNamespace namespace) {
    return Yaml.file("samples/" + file)
        .replace("namespace: checkout", "namespace: " + namespace.name());
  }

  private static List<Pod> pods(TestNamespace namespace, KubernetesClient client) {
    return client.pods().inNamespace(namespace.name()).list().getItems();
  }

  private static List<Pod> ready(String name, TestNamespace namespace, KubernetesClient client) {
    return pods(namespace, client).stream()
        .filter(pod -> name(pod).equals(name) && Readiness.isPodReady(pod))
        .toList();
  }

  private static List<Pod> waiting(TestNamespace namespace, KubernetesClient client) {
    return pods(namespace, client).stream()
        .filter(pod -> "Pending".equals(pod.getStatus().getPhase()))
        .toList();
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getLabels().get("app.kubernetes.io/name");
  }

  /** What FailedScheduling events say of the pod. */
  private static String why(Pod pod, KubernetesClient client) {
    return String.join(
        "\n",
        client
            .v1()
            .events()
            .inNamespace(pod.getMetadata().getNamespace())
            .withField("involvedObject.uid", pod.getMetadata().getUid())
            .withField("reason", "FailedScheduling")
            .list()
            .getItems()
            .stream()
            .map(event -> event.getMessage())
            .toList());
  }
}
