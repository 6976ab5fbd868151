package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@OwnDevcluster(nodes = 3)
@Order(1)
@DisplayName("Killed at a random point of the creation of 50 ColocatedCaches,")
final class KillIT {
  private static final int HOW_MANY = 50;
  private static final int LATEST_KILL_MILLIS = 4000;
  private static final long SEED = Long.getLong("kill.seed", 20260101L);

  @RepeatedTest(10)
  @DisplayName("an operator that comes back ends with all of them Ready and exactly their children")
  void killed(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      KubernetesClient client,
      RepetitionInfo repetition) {
    int delay = new Random(SEED + repetition.getCurrentRepetition()).nextInt(LATEST_KILL_MILLIS);
    CompletableFuture<Void> creation =
        CompletableFuture.runAsync(
            () ->
                IntStream.range(0, HOW_MANY)
                    .forEach(i -> client.resource(pair(i, namespace.name())).create()));
    CompletableFuture<Void> killing =
        CompletableFuture.runAsync(
            operator::kill, CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS));
    CompletableFuture.allOf(creation, killing).join();
    operator.start();

    settles(
        () -> {
          List<ColocatedCache> all =
              client
                  .resources(ColocatedCache.class)
                  .inNamespace(namespace.name())
                  .list()
                  .getItems();
          assertThat(all)
              .as("Ready, with seed %s and a kill after %s ms", SEED, delay)
              .hasSize(HOW_MANY)
              .allMatch(KillIT::isReady);
          List<HasMetadata> children = new ArrayList<>();
          children.addAll(
              client.apps().deployments().inNamespace(namespace.name()).list().getItems());
          children.addAll(client.services().inNamespace(namespace.name()).list().getItems());
          assertThat(new TreeSet<>(children.stream().map(KillIT::named).toList()))
              .isEqualTo(new TreeSet<>(expected(all)));
          assertThat(client.pods().inNamespace(namespace.name()).list().getItems())
              .as("pods, one of each half")
              .hasSize(2 * HOW_MANY);
        });
  }

  private static boolean isReady(ColocatedCache resource) {
    return resource.getStatus() != null
        && resource.getStatus().conditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  /** Kind, name and owner of every child that there should be. */
  private static List<String> expected(List<ColocatedCache> all) {
    List<String> names = new ArrayList<>();
    for (ColocatedCache owner : all) {
      String name = owner.getMetadata().getName();
      String uid = owner.getMetadata().getUid();
      for (String child : List.of(name, name + "-cache")) {
        names.add(Deployment.class.getSimpleName() + "/" + child + " of " + uid);
        names.add(Service.class.getSimpleName() + "/" + child + " of " + uid);
      }
    }
    return names;
  }

  private static String named(HasMetadata child) {
    return child.getKind()
        + "/"
        + child.getMetadata().getName()
        + " of "
        + child.getMetadata().getOwnerReferences().get(0).getUid();
  }

  private static ColocatedCache pair(int number, String namespace) {
    return Yaml.read(
        """
        apiVersion: colocatedcache.dev/v1alpha1
        kind: ColocatedCache
        metadata: {name: pair-%d, namespace: %s}
        spec:
          service:
            template:
              spec: {containers: [{name: app, image: "app:1", ports: [{containerPort: 80}]}]}
          cache:
            template:
              spec: {containers: [{name: redis, image: "redis:7", ports: [{containerPort: 6379}]}]}
        """
            .formatted(number, namespace),
        ColocatedCache.class);
  }
}
