package dev.colocatedcache.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A ColocatedCache as a user sees it: its status, and its pods on their nodes.
 *
 * @param client that may read them
 */
public record ObservedPairs(KubernetesClient client, String namespace, String name) {
  /** How long anything may take to settle on a busy machine. */
  public static final Duration LIMIT = Duration.ofSeconds(90);

  /** What the definition gives to one that no operator has seen. */
  private static final ColocatedCacheStatus UNSEEN =
      new ColocatedCacheStatus(
          -1L, null, null, null, null, null, null, null, null, null, null, List.of());

  private static final Duration POLL = Duration.ofMillis(250);

  /** The ColocatedCache as it is now. */
  public ColocatedCache resource() {
    return client.resources(ColocatedCache.class).inNamespace(namespace).withName(name).get();
  }

  /** Its status; fails when there is none. */
  public ColocatedCacheStatus status() {
    ColocatedCacheStatus status = resource().getStatus();
    assertThat(status).as("status of %s/%s", namespace, name).isNotNull().isNotEqualTo(UNSEEN);
    return status;
  }

  /** Fails if an operator has said anything about it. */
  public void assertUnseen() {
    assertThat(resource().getStatus()).as("status of %s/%s", namespace, name).isEqualTo(UNSEEN);
  }

  /** The condition of that type. */
  public Optional<Condition> condition(String type) {
    return status().conditions().stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  /** The condition's status: True, False, or absent. */
  public String is(String type) {
    return condition(type).map(Condition::getStatus).orElse("absent");
  }

  /** Its pods, of both roles, terminating ones too. */
  public List<Pod> pods() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel("app.kubernetes.io/instance", name)
        .list()
        .getItems();
  }

  /** The nodes on which a Ready pod of that role runs, in the order of their names. */
  public List<String> nodes(String role) {
    return pods().stream()
        .filter(pod -> role.equals(pod.getMetadata().getLabels().get("colocatedcache.dev/role")))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(Readiness::isPodReady)
        .map(pod -> pod.getSpec().getNodeName())
        .sorted()
        .toList();
  }

  /** Waits until there are that many pairs, whole and Ready, nothing more, and status says so. */
  public void awaitPairs(int pairs) {
    settles(
        () -> {
          ColocatedCacheStatus status = status();
          assertThat(status.observedGeneration())
              .isEqualTo(resource().getMetadata().getGeneration());
          assertThat(status.replicas()).as("granted").isEqualTo(pairs);
          assertThat(status.readyReplicas()).as("ready pairs").isEqualTo(pairs);
          assertThat(is("Reconciling")).isEqualTo("absent");
          assertThat(nodes("service")).as("nodes of the service").hasSize(pairs);
          assertThat(nodes("cache")).as("nodes of the cache").isEqualTo(nodes("service"));
          assertThat(nodes("service")).doesNotHaveDuplicates();
          assertThat(pods()).as("pods, none Pending and none over").hasSize(2 * pairs);
        });
  }

  /** Waits until {@code assertions} hold; what they look at may still have to come. */
  public static void settles(org.awaitility.core.ThrowingRunnable assertions) {
    await()
        .ignoreExceptionsInstanceOf(NoSuchElementException.class)
        .atMost(LIMIT)
        .pollInterval(POLL)
        .untilAsserted(assertions);
  }

  /** Waits until {@code assertions} hold, and then for as long that they go on to. */
  public static void holdsFor(Duration time, org.awaitility.core.ThrowingRunnable assertions) {
    settles(assertions);
    await().during(time).atMost(time.plus(LIMIT)).pollInterval(POLL).untilAsserted(assertions);
  }

  /** Messages of the Events about the ColocatedCache with that reason. */
  public List<String> events(String reason) {
    return client.events().v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> reason.equals(event.getReason()))
        .filter(event -> name.equals(event.getRegarding().getName()))
        .map(event -> event.getNote())
        .toList();
  }
}
