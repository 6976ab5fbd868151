package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the operator runs: what it watches, how it says that it is well, how it ends. */
@ExtendWith(DevclusterExtension.class)
@OwnDevcluster(nodes = 2)
@DisplayName("The command run")
final class RunIT {
  private static final int SIGTERM = 128 + 15;

  @Test
  @DisplayName("works in the namespaces it is told to, answers its probes, and ends on SIGTERM")
  void run(Devcluster cluster) {
    for (String namespace : new String[] {"a", "b", "c"}) {
      cluster.kubectl("create", "namespace", namespace).orFail();
    }
    RunningOperator operator = RunningOperator.install(cluster, "--namespaces", "a,b");
    cluster.attach(operator);
    assertThat(operator.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(operator.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(operator.get("/healthz").body()).isEqualTo("ok\n");
    assertThat(operator.get("/nowhere").statusCode()).isEqualTo(404);

    PairManifest checkout = PairManifest.named("checkout").replicas(1);
    ObservedPairs a = checkout.apply(cluster, "a");
    ObservedPairs b = checkout.apply(cluster, "b");
    ObservedPairs c = checkout.apply(cluster, "c");
    a.awaitPairs(1);
    b.awaitPairs(1);
    holdsFor(
        Duration.ofSeconds(1),
        () -> {
          c.assertUnseen();
          assertThat(cluster.client().apps().deployments().inNamespace("c").list().getItems())
              .isEmpty();
        });

    assertThat(operator.stop()).isIn(0, SIGTERM);
    assertThat(operator.log())
        .contains("watching namespaces ", "stopping")
        .doesNotContain("ERROR", "WARN", "\tat ");
    a.awaitPairs(1);
  }
}
