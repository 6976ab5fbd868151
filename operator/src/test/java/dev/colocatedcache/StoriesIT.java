package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.LIMIT;
import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The two stories that the project comes from, on clusters of which every node counts. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("With the operator,")
final class StoriesIT {
  private static final String NAMESPACE = "checkout";
  private static final Duration AT_REST = Duration.ofSeconds(3);

  @Test
  @OwnDevcluster(nodes = 2)
  @DisplayName(
      "a cache that follows its service is never Pending, as nodes come, go and are drained")
  void cacheFollowsService(Devcluster cluster, RunningOperator operator, KubernetesClient client) {
    ObservedPairs checkout = apply(cluster, client, "checkout-cache-follows-service.yaml");
    checkout.awaitPairs(2);

    kubectl(cluster, "scale", "ccache/checkout", "--replicas=3");
    checkout.awaitPairs(2);
    holdsFor(AT_REST, () -> cappedAtTwo(checkout, 2));
    assertThat(checkout.nodes("service")).containsExactly("node-1", "node-2");
    assertThat(checkout.condition("CapacityLimited").orElseThrow().getMessage())
        .isEqualTo("2 of 3 pairs placed: 2 of 2 nodes eligible");
    settles(() -> assertThat(checkout.events("CapacityLimited")).hasSize(1));

    cluster.addNode(NodeSpec.named("node-3"));
    checkout.awaitPairs(3);
    assertThat(checkout.is("CapacityLimited")).isEqualTo("False");
    settles(() -> assertThat(checkout.events("CapacityRestored")).hasSize(1));

    Set<String> running = uids(checkout);
    cluster.cordon("node-2");
    holdsFor(
        AT_REST,
        () -> {
          assertThat(uids(checkout)).as("nothing is killed by a cordon").isEqualTo(running);
          assertThat(checkout.status().replicas()).isEqualTo(3);
        });

    cluster.drain("node-2").orFail();
    checkout.awaitPairs(2);
    holdsFor(AT_REST, () -> cappedAtTwo(checkout, 3));
    assertThat(checkout.nodes("service")).containsExactly("node-1", "node-3");
    assertThat(checkout.condition("CapacityLimited").orElseThrow().getMessage())
        .isEqualTo("2 of 3 pairs placed: 2 of 3 nodes eligible; 1 node(s) were unschedulable");

    cluster.uncordon("node-2");
    checkout.awaitPairs(3);
    kubectl(cluster, "wait", "--for=condition=Ready", "ccache/checkout", "--timeout=60s");
  }

  @Test
  @OwnDevcluster(nodes = 3)
  @DisplayName("a service that follows its cache is never Pending beside a node with a taint")
  void serviceFollowsCache(Devcluster cluster, RunningOperator operator, KubernetesClient client) {
    cluster.taint("node-3", "dedicated", "batch", "NoSchedule");
    ObservedPairs checkout = apply(cluster, client, "checkout-service-follows-cache.yaml");
    kubectl(cluster, "scale", "ccache/checkout", "--replicas=3");
    checkout.awaitPairs(2);
    holdsFor(AT_REST, () -> cappedAtTwo(checkout, 3));
    assertThat(checkout.status().capacity().message())
        .isEqualTo(
            "2 of 3 pairs placed: 2 of 3 nodes eligible; 1 node(s) had untolerated taint(s)");

    Set<String> running = uids(checkout);
    cluster.untaint("node-3", "dedicated");
    checkout.awaitPairs(3);
    assertThat(uids(checkout)).as("what ran goes on running").containsAll(running);

    cluster.cordon("node-1");
    cluster.drain("node-1").orFail();
    checkout.awaitPairs(2);
    cluster.uncordon("node-1");
    checkout.awaitPairs(3);
  }

  @Test
  @OwnDevcluster(nodes = 4)
  @DisplayName("two pairs on four nodes share two nodes, which anti-affinity alone would not give")
  void pairsShareNodes(Devcluster cluster, RunningOperator operator, KubernetesClient client) {
    for (String story :
        List.of("checkout-cache-follows-service.yaml", "checkout-service-follows-cache.yaml")) {
      ObservedPairs checkout = apply(cluster, client, story);
      checkout.awaitPairs(2);
      assertThat(checkout.status().colocatedReplicas()).isEqualTo(2);
      assertThat(checkout.status().capacity().eligibleNodes()).isEqualTo(4);
      assertThat(checkout.is("CapacityLimited")).isEqualTo("False");
      kubectl(cluster, "delete", "ccache/checkout");
      settles(() -> assertThat(checkout.pods()).isEmpty());
    }
  }

  private static void cappedAtTwo(ObservedPairs checkout, int nodes) {
    assertThat(checkout.is("CapacityLimited")).isEqualTo("True");
    assertThat(checkout.is("Ready")).isEqualTo("True");
    assertThat(checkout.is("Stalled")).isEqualTo("absent");
    assertThat(checkout.status().requestedReplicas()).isEqualTo(3);
    assertThat(checkout.status().replicas()).isEqualTo(2);
    assertThat(checkout.status().capacity().eligibleNodes()).isEqualTo(2);
    assertThat(checkout.status().capacity().nodes()).isEqualTo(nodes);
    assertThat(checkout.pods())
        .as("no pod is Pending")
        .hasSize(4)
        .allMatch(pod -> "Running".equals(pod.getStatus().getPhase()));
  }

  private static Set<String> uids(ObservedPairs pairs) {
    return pairs.pods().stream()
        .map(Pod::getMetadata)
        .map(metadata -> metadata.getUid())
        .collect(Collectors.toSet());
  }

  private static ObservedPairs apply(Devcluster cluster, KubernetesClient client, String sample) {
    if (client.namespaces().withName(NAMESPACE).get() == null) {
      cluster.kubectl("create", "namespace", NAMESPACE).orFail();
      org.awaitility.Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> client.serviceAccounts().inNamespace(NAMESPACE).withName("default").get(),
              account -> account != null);
    }
    cluster.kubectl("apply", "-f", "../samples/" + sample).orFail();
    return new ObservedPairs(client, NAMESPACE, "checkout");
  }

  private static void kubectl(Devcluster cluster, String... arguments) {
    String[] inNamespace = new String[arguments.length + 2];
    inNamespace[0] = "-n";
    inNamespace[1] = NAMESPACE;
    System.arraycopy(arguments, 0, inNamespace, 2, arguments.length);
    cluster.kubectl(inNamespace).orFail();
  }
}
