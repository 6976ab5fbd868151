package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.devcluster.TestNodes;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.PairRecorder;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Templates change while there is a pair on every eligible node. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("With a pair on every eligible node,")
final class RolloutIT {
  private static final String NEVER_READY =
      "/template/metadata/annotations/devcluster.colocatedcache.dev~1never-ready";

  @Test
  @DisplayName("a rollout by hand waits for ever, for its surge pod has nowhere to go")
  void byHand(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(2);
    String sample =
        Yaml.file("samples/checkout-service-follows-cache-by-hand.yaml")
            .replace("namespace: checkout", "namespace: " + namespace.name());
    cluster.kubectl().runWithInput(nodes.pin(sample), "apply", "-f-").orFail();
    kubectl(cluster, namespace, "scale", "deployment/checkout-redis", "--replicas=2");
    kubectl(cluster, namespace, "scale", "deployment/checkout", "--replicas=2");
    kubectl(cluster, namespace, "rollout", "status", "deployment/checkout", "--timeout=90s");

    kubectl(cluster, namespace, "rollout", "restart", "deployment/checkout-redis");

    holdsFor(
        Duration.ofSeconds(8),
        () -> {
          var redis =
              client.apps().deployments().inNamespace(namespace.name()).withName("checkout-redis");
          assertThat(redis.get().getStatus().getUpdatedReplicas()).isEqualTo(1);
          assertThat(client.pods().inNamespace(namespace.name()).list().getItems())
              .filteredOn(pod -> "Pending".equals(pod.getStatus().getPhase()))
              .singleElement()
              .satisfies(
                  pod ->
                      assertThat(pod.getStatus().getConditions().get(0).getMessage())
                          .contains("didn't match pod anti-affinity rules"));
        });
  }

  @ParameterizedTest(name = "anchor: {0}")
  @CsvSource({"Cache, cache, service", "Service, service, cache"})
  @DisplayName("both templates change: the anchor's pods first, and never two pairs away at once")
  void bothChange(
      String anchor,
      String first,
      String second,
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3);
    PairManifest manifest =
        PairManifest.named("shop").replicas(3).with("/spec/placement/anchor", anchor).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(3);
    Set<String> before = uids(shop, first, second);

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      recorder.startOver();
      manifest
          .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
          .with("/spec/cache/template/spec/containers/0/image", "redis:8-alpine")
          .apply(cluster, namespace.name());
      settles(() -> assertThat(uids(shop, first, second)).doesNotContainAnyElementsOf(before));
      shop.awaitPairs(3);
      settles(() -> assertThat(shop.status().updatedReplicas()).isEqualTo(3));

      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(2);
      List<String> story = recorder.story();
      assertThat(story.lastIndexOf("ready " + first))
          .as("all of the %s is back before the first %s goes: %s", first, second, story)
          .isLessThan(story.indexOf("made " + second));
    }
  }

  @ParameterizedTest(name = "{0} changes, {1} stays")
  @CsvSource({"service, cache", "cache, service"})
  @DisplayName("one template changes: no pod of the other half is touched")
  void oneChanges(
      String changing,
      String staying,
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    PairManifest manifest = PairManifest.named("shop").replicas(2).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    Set<String> changes = uids(shop, changing);
    Set<String> stays = uids(shop, staying);

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      manifest
          .with("/spec/" + changing + "/template/spec/containers/0/image", "other:1")
          .apply(cluster, namespace.name());
      settles(() -> assertThat(uids(shop, changing)).doesNotContainAnyElementsOf(changes));
      shop.awaitPairs(2);

      assertThat(uids(shop, staying)).isEqualTo(stays);
      assertThat(recorder.least()).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "containers wait with {0}: {1}")
  @CsvSource({"ImagePullBackOff, PodsFailing", "'true', ProgressDeadlineExceeded"})
  @DisplayName("a rollout that fails stops at one pair, says why, and the next good spec mends it")
  void failing(
      String trouble,
      String reason,
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(3);
    PairManifest good =
        PairManifest.named("shop")
            .replicas(3)
            .with("/spec/updateStrategy/progressDeadlineSeconds", "8")
            .on(nodes);
    ObservedPairs shop = good.apply(cluster, namespace.name());
    shop.awaitPairs(3);
    Set<String> services = uids(shop, "service");

    try (PairRecorder recorder = new PairRecorder(client, namespace.name(), "shop")) {
      PairManifest bad =
          good.with("/spec/cache" + NEVER_READY, '"' + trouble + '"')
              .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine");
      bad.apply(cluster, namespace.name());
      settles(
          () -> {
            assertThat(shop.condition("Stalled"))
                .hasValueSatisfying(
                    stalled -> {
                      assertThat(stalled.getReason()).isEqualTo(reason);
                      assertThat(stalled.getMessage())
                          .contains("Deployment shop-cache", "spec.cache.template");
                    });
            assertThat(shop.is("Ready")).isEqualTo("False");
          });
      holdsFor(
          Duration.ofSeconds(3),
          () -> {
            assertThat(shop.nodes("cache")).hasSize(2);
            assertThat(uids(shop, "service"))
                .as("the follower is not given up for an anchor that fails")
                .isEqualTo(services);
          });

      good.with("/spec/cache/template/spec/containers/0/image", "redis:8-alpine")
          .apply(cluster, namespace.name());
      shop.awaitPairs(3);
      settles(() -> assertThat(shop.is("Stalled")).isEqualTo("absent"));
      assertThat(recorder.least()).as("ready pairs at the worst moment").isEqualTo(2);
    }
  }

  @Test
  @DisplayName("a rollout that the Deployment controller has forgotten goes on")
  void forgotten(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(1);
    PairManifest manifest = PairManifest.named("shop").replicas(1).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(1);
    Set<String> before = uids(shop, "service");

    // As it is left when a count drops in the moment in which a rollout begins.
    kubectl(
        cluster,
        namespace,
        "annotate",
        "rs",
        "--all",
        "--overwrite",
        "deployment.kubernetes.io/desired-replicas=2");
    manifest
        .with("/spec/service/template/spec/containers/0/image", "nginx:1.28-alpine")
        .apply(cluster, namespace.name());

    settles(() -> assertThat(uids(shop, "service")).doesNotContainAnyElementsOf(before));
    shop.awaitPairs(1);
  }

  @Test
  @DisplayName("while there is no room for a rollout, a node that goes leaves nothing Pending")
  void heldBack(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(2);
    PairManifest manifest =
        PairManifest.named("shop")
            .replicas(2)
            .with("/spec/capacity/scaleDownDelaySeconds", "0")
            .on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(2);
    manifest
        .with("/spec/service/template/spec/containers/0/resources/requests/cpu", "64")
        .apply(cluster, namespace.name());
    settles(
        () ->
            assertThat(shop.condition("Stalled"))
                .hasValueSatisfying(
                    stalled -> assertThat(stalled.getReason()).isEqualTo("NoRoomForRollout")));

    cluster.deleteNodeAndPods(nodes.names().get(0));

    settles(() -> assertThat(shop.pods()).as("of the pair that is left").hasSize(2));
    holdsFor(
        Duration.ofSeconds(2),
        () ->
            assertThat(shop.pods())
                .hasSize(2)
                .allSatisfy(
                    pod ->
                        assertThat(pod.getSpec().getNodeName()).isEqualTo(nodes.names().get(1))));
  }

  @Test
  @DisplayName(
      "while there is no room for a rollout, children that somebody deletes are made again")
  void heldBackAndDeleted(
      Devcluster cluster,
      RunningOperator operator,
      TestNamespace namespace,
      TestNodes nodes,
      KubernetesClient client) {
    nodes.add(1);
    PairManifest manifest = PairManifest.named("shop").replicas(1).on(nodes);
    ObservedPairs shop = manifest.apply(cluster, namespace.name());
    shop.awaitPairs(1);
    Set<String> before = uids(shop, "service", "cache");
    manifest
        .with("/spec/service/template/spec/containers/0/resources/requests/cpu", "64")
        .apply(cluster, namespace.name());
    settles(
        () ->
            assertThat(shop.condition("Stalled").orElseThrow().getReason())
                .isEqualTo("NoRoomForRollout"));

    kubectl(cluster, namespace, "delete", "service,poddisruptionbudget", "--all");

    settles(
        () -> {
          assertThat(client.services().inNamespace(namespace.name()).list().getItems())
              .extracting(child -> child.getMetadata().getName())
              .contains("shop-cache");
          assertThat(
                  client
                      .policy()
                      .v1()
                      .podDisruptionBudget()
                      .inNamespace(namespace.name())
                      .list()
                      .getItems())
              .hasSize(2);
        });
    assertThat(uids(shop, "service", "cache")).isEqualTo(before);
    assertThat(shop.condition("Stalled").orElseThrow().getReason()).isEqualTo("NoRoomForRollout");
  }

  private static Set<String> uids(ObservedPairs pairs, String... roles) {
    return pairs.pods().stream()
        .filter(
            pod ->
                List.of(roles)
                    .contains(pod.getMetadata().getLabels().get("colocatedcache.dev/role")))
        .map(Pod::getMetadata)
        .map(metadata -> metadata.getUid())
        .collect(Collectors.toSet());
  }

  private static void kubectl(Devcluster cluster, TestNamespace namespace, String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = namespace.name();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    cluster.kubectl(all).orFail();
  }
}
