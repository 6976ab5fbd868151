package dev.colocatedcache.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.testing.Yaml;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The metrics of ColocatedCaches")
final class PairMetricsTest {
  private static final ColocatedCache CHECKOUT =
      Yaml.read(
          """
          apiVersion: colocatedcache.dev/v1alpha1
          kind: ColocatedCache
          metadata: {name: checkout, namespace: shop}
          spec:
            replicas: 5
            service:
              template:
                metadata: {labels: {team: a-secret-team}}
                spec:
                  containers:
                    - name: app
                      image: registry.example/a-secret-image:1
                      env: [{name: PASSWORD, value: a-secret-value}]
            cache:
              template:
                spec: {containers: [{name: redis, image: a-secret-redis}]}
          status:
            requestedReplicas: 5
            replicas: 3
            readyReplicas: 2
            colocatedReplicas: 3
            capacity:
              nodes: 6
              eligibleNodes: 3
              rejected:
                - {reason: node(s) were unschedulable, nodes: 2}
                - {reason: Insufficient memory (cache), nodes: 1}
            conditions:
              - {type: Ready, status: "False", reason: PairsNotReady}
              - {type: CapacityLimited, status: "True", reason: NotEnoughEligibleNodes}
          """,
          ColocatedCache.class);

  private final List<ColocatedCache> all = new ArrayList<>(List.of(CHECKOUT));
  private final OperatorMeters meters = new OperatorMeters("1.2.3", () -> true);

  @AfterEach
  void end() {
    meters.close();
  }

  private List<String> series() {
    return meters
        .registry()
        .scrape()
        .lines()
        .filter(line -> line.startsWith("colocatedcache_") && line.contains("namespace="))
        .toList();
  }

  @Test
  @DisplayName("say what their statuses say, under names that stay")
  void names() {
    meters.tell(all::stream);

    assertThat(series())
        .containsExactlyInAnyOrder(
            "colocatedcache_requested_pairs{name=\"checkout\",namespace=\"shop\"} 5.0",
            "colocatedcache_granted_pairs{name=\"checkout\",namespace=\"shop\"} 3.0",
            "colocatedcache_ready_pairs{name=\"checkout\",namespace=\"shop\"} 2.0",
            "colocatedcache_colocated_pairs{name=\"checkout\",namespace=\"shop\"} 3.0",
            "colocatedcache_eligible_nodes{name=\"checkout\",namespace=\"shop\"} 3.0",
            "colocatedcache_rejected_nodes{name=\"checkout\",namespace=\"shop\","
                + "reason=\"node(s) were unschedulable\"} 2.0",
            "colocatedcache_rejected_nodes{name=\"checkout\",namespace=\"shop\","
                + "reason=\"Insufficient memory (cache)\"} 1.0",
            "colocatedcache_condition{name=\"checkout\",namespace=\"shop\","
                + "reason=\"PairsNotReady\",type=\"Ready\"} 0.0",
            "colocatedcache_condition{name=\"checkout\",namespace=\"shop\","
                + "reason=\"NotEnoughEligibleNodes\",type=\"CapacityLimited\"} 1.0");
  }

  @Test
  @DisplayName("are there before a status is, and gone with the resource")
  void comeAndGo() {
    meters.tell(all::stream);
    ColocatedCache young =
        Yaml.read(
            """
            metadata: {name: young, namespace: shop}
            spec: {replicas: 1, service: {template: {}}, cache: {template: {}}}
            """,
            ColocatedCache.class);
    all.set(0, young);
    assertThat(series())
        .contains(
            "colocatedcache_requested_pairs{name=\"young\",namespace=\"shop\"} 1.0",
            "colocatedcache_granted_pairs{name=\"young\",namespace=\"shop\"} 0.0")
        .noneMatch(line -> line.contains("checkout"));

    all.clear();
    assertThat(series()).isEmpty();
  }

  @Test
  @DisplayName("leak nothing of a spec")
  void noSpecs() {
    meters.tell(all::stream);

    assertThat(meters.registry().scrape())
        .contains("checkout")
        .doesNotContain("secret", "PASSWORD");
  }
}
