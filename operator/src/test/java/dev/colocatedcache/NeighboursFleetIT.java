package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.NodeSpec;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.BestFit;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many ColocatedCaches on few nodes, all of them at once. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("50 ColocatedCaches that compete for 30 nodes of uneven size")
final class NeighboursFleetIT {
  private static final int FLEET = 50;
  private static final int NODES = 30;
  private static final Duration A_WHILE = Duration.ofSeconds(5);

  /** Of the most pairs that there can be. */
  private static final double AT_LEAST = 0.8;

  @Test
  @DisplayName("share them to within some percent of the best possible, and none is Pending")
  void fleet(
      Devcluster cluster, RunningOperator operator, TestNamespace namespace, TestNodes nodes) {
    assertThat(operator.isRunning()).isTrue();
    Random random = new Random(50);
    int[] free = random.ints(NODES, 4, 25).map(tenths -> tenths * 100).toArray();
    int[] anchors = random.ints(FLEET, 2, 4).map(tenths -> tenths * 100).toArray();
    int[] followers = random.ints(FLEET, 2, 4).map(tenths -> tenths * 100).toArray();
    int[] wanted = random.ints(FLEET, 1, 7).toArray();
    int[] sizes = new int[FLEET];
    List<PairManifest> manifests = new ArrayList<>();
    for (int size : free) {
      nodes.add(NodeSpec.named("uneven").with("cpu", size + "m"));
    }
    for (int i = 0; i < FLEET; i++) {
      sizes[i] = anchors[i] + followers[i];
      manifests.add(
          PairManifest.named("fleet-%02d".formatted(i))
              .replicas(wanted[i])
              .with("/spec/cache/template/spec/containers/0/resources", cpu(anchors[i]))
              .with("/spec/service/template/spec/containers/0/resources", cpu(followers[i]))
              .on(nodes));
    }

    Instant begin = Instant.now();
    PairManifest.apply(manifests, cluster, namespace.name());
    Duration applied = Duration.between(begin, Instant.now());
    Rest rest = new Rest();
    await()
        .atMost(ObservedPairs.LIMIT.multipliedBy(2))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> rest.lasts(states(cluster, namespace.name())));
    Duration settled = Duration.between(begin, rest.since);
    atRest(cluster, namespace.name());
    Map<String, Integer> granted = granted(cluster, namespace.name());

    int sum = granted.values().stream().mapToInt(Integer::intValue).sum();
    int best = new BestFit(free, sizes, wanted).upperBound();
    System.out.printf(
        "%d ColocatedCaches on %d nodes: %d pairs asked for, %d granted, at most %d possible (%.1f %%),"
            + " at rest after %.1f s, of which %.1f s went by until all were applied%n",
        FLEET,
        NODES,
        Arrays.stream(wanted).sum(),
        sum,
        best,
        100.0 * sum / best,
        settled.toMillis() / 1000.0,
        applied.toMillis() / 1000.0);
    assertThat(sum).isBetween((int) (AT_LEAST * best), best);
  }

  /** Since when nothing has changed. */
  private static final class Rest {
    private Set<String> last = Set.of();
    private Instant since = Instant.now();

    boolean lasts(Set<String> now) {
      if (!now.equals(last)) {
        last = now;
        since = Instant.now();
      }
      return !now.isEmpty() && Duration.between(since, Instant.now()).compareTo(A_WHILE) > 0;
    }
  }

  /** All pods with their nodes, and all that is granted. */
  private static Set<String> states(Devcluster cluster, String namespace) {
    Set<String> states = new TreeSet<>();
    cluster
        .client()
        .pods()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(
            pod ->
                states.add(
                    pod.getMetadata().getName()
                        + " on "
                        + pod.getSpec().getNodeName()
                        + " until "
                        + pod.getMetadata().getDeletionTimestamp()));
    granted(cluster, namespace).forEach((name, pairs) -> states.add(name + " has " + pairs));
    return states;
  }

  private static String cpu(int milli) {
    return "{requests: {cpu: %dm}}".formatted(milli);
  }

  /** Every pod runs beside its other half, and there are as many as were granted. */
  private static void atRest(Devcluster cluster, String namespace) {
    Map<String, Integer> granted = granted(cluster, namespace);
    assertThat(granted).hasSize(FLEET);
    List<Pod> pods = cluster.client().pods().inNamespace(namespace).list().getItems();
    assertThat(pods)
        .as("pods without a place")
        .allMatch(pod -> pod.getSpec().getNodeName() != null);
    assertThat(pods)
        .as("pods that go")
        .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() == null);
    Map<String, Map<String, Long>> byInstance =
        pods.stream()
            .collect(
                Collectors.groupingBy(
                    pod -> label(pod, "app.kubernetes.io/instance"),
                    Collectors.groupingBy(
                        pod -> pod.getSpec().getNodeName(), Collectors.counting())));
    granted.forEach(
        (name, pairs) -> {
          Map<String, Long> halves = byInstance.getOrDefault(name, Map.of());
          assertThat(halves).as("%s: nodes with halves", name).hasSize(pairs);
          assertThat(halves.values()).as("%s: halves a node", name).allMatch(count -> count == 2);
        });
  }

  private static Map<String, Integer> granted(Devcluster cluster, String namespace) {
    return cluster
        .client()
        .resources(ColocatedCache.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .stream()
        .filter(cc -> cc.getStatus() != null && cc.getStatus().replicas() != null)
        .collect(
            Collectors.toMap(
                cc -> cc.getMetadata().getName(),
                cc -> cc.getStatus().replicas(),
                (a, b) -> a,
                TreeMap::new));
  }

  private static String label(Pod pod, String key) {
    return pod.getMetadata().getLabels().get(key);
  }
}
