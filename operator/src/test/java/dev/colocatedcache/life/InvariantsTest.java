package dev.colocatedcache.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cli.FreshPlan;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A world in which all is well, and what each invariant says once something is not. */
@DisplayName("Of a world that has settled")
final class InvariantsTest {
  private static final String CACHE =
      """
      apiVersion: colocatedcache.dev/v1alpha1
      kind: ColocatedCache
      metadata: {name: c1, namespace: life, uid: u1, generation: 3}
      spec:
        replicas: 3
        minReplicas: 1
        placement: {anchor: Cache}
        service: {template: {spec: {containers: [{name: web, image: web}]}}}
        cache: {template: {spec: {containers: [{name: redis, image: redis}]}}}
      status:
        observedGeneration: 3
        requestedReplicas: 3
        replicas: 2
        readyReplicas: 2
        colocatedReplicas: 2
        updatedReplicas: 2
        service: {replicas: 2, readyReplicas: 2, updatedReplicas: 2}
        cache: {replicas: 2, readyReplicas: 2, updatedReplicas: 2}
        capacity: {nodes: 2, eligibleNodes: 2, rejected: [], message: ""}
        conditions:
          - {type: Ready, status: "True", reason: Capped, message: ""}
          - {type: CapacityLimited, status: "True", reason: NotEnoughEligibleNodes, message: ""}
          - {type: Colocated, status: "True", reason: AllColocated, message: ""}
      """;

  @Test
  @DisplayName("nothing is said where all is well")
  void well() {
    assertThat(broken(yaml -> yaml)).isEmpty();
  }

  @Test
  @DisplayName("a pod that waits, one that goes and one that is not Ready are named")
  void pods() {
    assertThat(broken(yaml -> yaml.replace("nodeName: n2", "hostname: x")))
        .anySatisfy(sentence -> assertThat(sentence).contains("c1-n2", "is Pending"));
    assertThat(
            broken(
                yaml ->
                    yaml.replace(
                        "name: c1-n2,", "name: c1-n2, deletionTimestamp: '2026-01-01T00:00:00Z',")))
        .anySatisfy(sentence -> assertThat(sentence).contains("c1-n2", "terminating"));
    assertThat(
            broken(
                yaml ->
                    yaml.contains("kind: Pod")
                        ? yaml.replace("Ready, status: 'True'", "Ready, status: 'False'")
                        : yaml))
        .anySatisfy(sentence -> assertThat(sentence).contains("is not Ready on n1"));
  }

  @Test
  @DisplayName("a follower alone, an anchor that could be whole and two of a kind are named")
  void pairs() {
    assertThat(
            broken(
                yaml ->
                    yaml.contains("name: c1-cache-n2,")
                        ? yaml.replace("nodeName: n2", "nodeName: n1")
                        : yaml))
        .contains("two pods of the cache of c1 in one domain")
        .contains("followers of c1 are alone on [n2]");
    assertThat(
            broken(
                yaml ->
                    yaml.contains("name: c1-n2,")
                        ? yaml.replace("nodeName: n2", "nodeName: n1")
                        : yaml))
        .contains("anchors of c1 are alone where their followers fit, on [n2]");
  }

  @Test
  @DisplayName("counts that are not granted, and a grant that is not the evaluator's, are named")
  void counts() {
    assertThat(
            broken(
                yaml ->
                    yaml.replace(
                        "  replicas: 2\n  readyReplicas", "  replicas: 1\n  readyReplicas")))
        .contains("c1 has 2 anchors, granted: 1")
        .anySatisfy(
            sentence -> assertThat(sentence).contains("1 pairs are granted, the evaluator says 2"));
  }

  @Test
  @DisplayName("a status that is not true is named, field by field")
  void status() {
    for (String claim :
        List.of(
            "observedGeneration",
            "requestedReplicas",
            "readyReplicas",
            "colocatedReplicas",
            "updatedReplicas")) {
      assertThat(
              broken(yaml -> yaml.replaceFirst("\n  " + claim + ": \\d", "\n  " + claim + ": 9")))
          .as(claim)
          .anySatisfy(sentence -> assertThat(sentence).contains("c1: " + claim + " is 9"));
    }
    for (String condition : List.of("Ready", "CapacityLimited", "Colocated")) {
      assertThat(
              broken(
                  yaml ->
                      yaml.replace(
                          "{type: " + condition + ", status: \"True\"",
                          "{type: " + condition + ", status: \"False\"")))
          .as(condition)
          .anySatisfy(sentence -> assertThat(sentence).contains("c1: " + condition + " is False"));
    }
    assertThat(
            broken(
                yaml ->
                    yaml.replace(
                        "conditions:\n",
                        "conditions:\n    - {type: Stalled, status: \"True\", reason: Why, message: so}\n")))
        .contains("c1: Stalled is Why: so, should be absent");
  }

  @Test
  @DisplayName("a mark, an old template and what is left over are named")
  void leftovers() {
    assertThat(
            broken(
                yaml ->
                    yaml.replace(
                        "name: c1-n1,",
                        "name: c1-n1, annotations: {controller.kubernetes.io/pod-deletion-cost:"
                            + " '-70193'},")))
        .contains("pod c1-n1 is still marked to go first");
    assertThat(
            broken(
                yaml ->
                    yaml.replace(
                        "name: c1-n1,", "name: c1-n1, annotations: {" + World.VERSION + ": v1},")))
        .contains("pod c1-n1 is of version v1, not null");
    assertThat(
            broken(yaml -> yaml.replace("uid: u1, controller: true", "uid: u0, controller: true")))
        .anySatisfy(sentence -> assertThat(sentence).startsWith("Services are [c1 of u0"));
    assertThat(
            broken(
                yaml ->
                    yaml.replace("name: c1-n1,", "name: c1-n1,")
                        .replace("instance: c1, n: n1", "instance: c0, n: n1")))
        .contains("pod c1-n1 is left over");
    assertThat(broken(yaml -> yaml.replace("paused: false", "paused: true")))
        .contains("Deployment c1 is paused, or still as somebody edited it");
  }

  /**
   * What the invariants say of the world after {@code change} has gone over each of its objects.
   */
  private static List<String> broken(UnaryOperator<String> change) {
    List<Node> nodes = read(Node.class, Stream.of(node("n1"), node("n2")), change);
    List<Pod> pods =
        read(
            Pod.class,
            Stream.of(
                pod("c1", "service", "n1"),
                pod("c1-cache", "cache", "n1"),
                pod("c1", "service", "n2"),
                pod("c1-cache", "cache", "n2")),
            change);
    List<ColocatedCache> caches = read(ColocatedCache.class, Stream.of(CACHE), change);
    List<HasMetadata> cluster = new ArrayList<>(nodes);
    cluster.addAll(pods);
    return Invariants.broken(
        new Observed(
            Observed.byName(caches),
            Observed.byName(read(Deployment.class, children("apps/v1", "Deployment"), change)),
            Observed.byName(read(Service.class, children("v1", "Service"), change)),
            Observed.byName(
                read(
                    PodDisruptionBudget.class,
                    children("policy/v1", "PodDisruptionBudget"),
                    change)),
            pods,
            Observed.byName(nodes),
            FreshPlan.of("v1.36.3", caches, cluster)));
  }

  private static <T> List<T> read(
      Class<T> kind, Stream<String> manifests, UnaryOperator<String> change) {
    return manifests.map(yaml -> Yaml.read(change.apply(yaml), kind)).toList();
  }

  private static String node(String name) {
    return """
        apiVersion: v1
        kind: Node
        metadata: {name: NAME, labels: {kubernetes.io/hostname: NAME}}
        spec: {}
        status:
          allocatable: {cpu: "4", memory: 4Gi, pods: "110"}
          conditions: [{type: Ready, status: 'True'}]
        """
        .replace("NAME", name);
  }

  private static String pod(String deployment, String role, String node) {
    return """
        apiVersion: v1
        kind: Pod
        metadata:
          {name: DEPLOYMENT-NODE, namespace: life, uid: DEPLOYMENT-NODE,
           labels: {app.kubernetes.io/instance: c1, n: NODE, app.kubernetes.io/component: ROLE,
             colocatedcache.dev/role: ROLE, pod-template-hash: hash},
           ownerReferences: [{kind: ReplicaSet, name: DEPLOYMENT-hash, controller: true, uid: r,
             apiVersion: apps/v1}]}
        spec: {nodeName: NODE, containers: [{name: c, image: c}]}
        status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}
        """
        .replace("DEPLOYMENT", deployment)
        .replace("ROLE", role)
        .replace("NODE", node);
  }

  private static Stream<String> children(String apiVersion, String kind) {
    return Stream.of("c1", "c1-cache")
        .map(
            name ->
                """
                apiVersion: %s
                kind: %s
                metadata:
                  name: %s
                  namespace: life
                  labels: {colocatedcache.dev/role: any}
                  ownerReferences: [{kind: ColocatedCache, name: c1, uid: u1, controller: true}]
                """
                        .formatted(apiVersion, kind, name)
                    + (kind.equals("Deployment")
                        ? "spec: {replicas: 2, paused: false, template: {spec: {containers: []}}}\n"
                        : ""));
  }
}
