package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.ShopPairs.ANCHOR;
import static dev.colocatedcache.affinity.ShopPairs.FOLLOWER;
import static dev.colocatedcache.affinity.ShopPairs.running;
import static dev.colocatedcache.affinity.ShopPairs.terminating;
import static dev.colocatedcache.affinity.TestCluster.HOSTNAME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.NodeRejection.Role;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Both halves ask for 1Gi; a node of 3Gi holds one copy more of either, one of 2Gi does not. */
@DisplayName("A new pod fits beside the old one")
final class RoomBesideTest {
  private static final String READY = "conditions: [{type: Ready, status: 'True'}]";

  private final TestCluster cluster = new TestCluster();

  @Test
  @DisplayName("where the node has room for both, and is said why not")
  void room() {
    pairOn("big", "3Gi", "");
    pairOn("small", "2Gi", "");

    for (Role half : List.of(Role.ANCHOR, Role.FOLLOWER)) {
      RoomBeside room = ask(surging(""), half);

      assertThat(room.domains()).containsExactly("big");
      assertThat(room.rejected())
          .singleElement()
          .satisfies(
              rejection -> {
                assertThat(rejection.node()).isEqualTo("small");
                assertThat(rejection.role()).isEqualTo(half);
                assertThat(rejection.reasons()).containsExactly("Insufficient memory");
              });
    }
  }

  @Test
  @DisplayName("where no port of the node would be taken twice")
  void ports() {
    pairOn("a", "8Gi", "ports: [{hostPort: 6379}]");

    assertThat(ask(surging("ports: [{hostPort: 6379}]"), Role.ANCHOR).rejected())
        .extracting(NodeRejection::plugin)
        .containsExactly("NodePorts");
    assertThat(ask(surging("ports: [{hostPort: 6380}]"), Role.ANCHOR).rejected()).isEmpty();
  }

  @Test
  @DisplayName("nowhere while pods run that repel all of their kind")
  void repelled() {
    pairOn("a", "8Gi", "");
    String repelling =
        """
        spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
          {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: redis}}}]}},
        """;
    cluster.podOn(
        "a",
        running(ANCHOR)
            .replace("spec: {", repelling)
            .replace("status: {", "status: {" + READY + ", "));

    assertThat(ask(surging(""), Role.ANCHOR).rejected())
        .extracting(NodeRejection::reasons)
        .containsExactly(List.of("node(s) didn't satisfy existing pods anti-affinity rules"));
  }

  @Test
  @DisplayName("where pods hold room only until they have gone by themselves")
  void leaving() {
    pairOn("a", "3Gi", "");
    cluster.podOn("a", terminating(ANCHOR));
    cluster.podOn("a", running(ANCHOR));

    assertThat(ask(surging(""), Role.ANCHOR).domains())
        .as("one terminates, and one is not Ready beside one that is")
        .containsExactly("a");
  }

  @Test
  @DisplayName("and pairs alone are asked of, not halves")
  void halves() {
    cluster.node("a", memory("1Gi"));
    cluster.podOn("a", running(ANCHOR));

    RoomBeside room = ask(surging(""), Role.ANCHOR);

    assertThat(room.domains()).isEmpty();
    assertThat(room.rejected()).isEmpty();
  }

  @Test
  @DisplayName("or elsewhere: a pod that waits is stuck only if no node at all takes it")
  void anywhere() {
    pairOn("a", "2Gi", "");
    assertThat(fitsAnywhere()).isFalse();

    cluster.node("spare", memory("1Gi"));
    assertThat(fitsAnywhere()).isTrue();
  }

  private boolean fitsAnywhere() {
    PairRequest request = surging("");
    return new Pairs(KubernetesVersion.DEFAULT)
        .fitsAnywhere(cluster.model.snapshot(), request, request.anchor());
  }

  private RoomBeside ask(PairRequest request, Role half) {
    return new Pairs(KubernetesVersion.DEFAULT).roomBeside(cluster.model.snapshot(), request, half);
  }

  private void pairOn(String node, String memory, String moreOfContainer) {
    cluster.node(node, memory(memory));
    for (String half : List.of(ANCHOR, FOLLOWER)) {
      cluster.podOn(
          node,
          running(half)
              .replace("status: {", "status: {" + READY + ", ")
              .replace(
                  "{name: c,", half.equals(ANCHOR) ? container(moreOfContainer) : container("")));
    }
  }

  private static String container(String more) {
    return more.isEmpty() ? "{name: c," : "{name: c, " + more + ",";
  }

  private static String memory(String memory) {
    return "status: {allocatable: {cpu: 4, memory: %s, pods: 110}}".formatted(memory);
  }

  /** Halves of which each template repels only its own. */
  private static PairRequest surging(String moreOfContainer) {
    PairRequest plain = ShopPairs.request(HOSTNAME, 1);
    return new PairRequest(
        TestCluster.NAMESPACE,
        half(ANCHOR, moreOfContainer),
        half(FOLLOWER, ""),
        plain.anchorDeployment(),
        plain.followerDeployment(),
        HOSTNAME,
        1);
  }

  private static IncomingPod half(String app, String moreOfContainer) {
    String template =
        """
        {metadata: {labels: {app: %1$s}}, spec: {
          containers: [%2$s resources: {requests: {memory: 1Gi}}}],
          affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
            {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: %1$s}},
             matchLabelKeys: [pod-template-hash]}]}}}}
        """
            .formatted(app, container(moreOfContainer));
    return IncomingPod.admitted(
        Yaml.read(template, PodTemplateSpec.class), TestCluster.NAMESPACE, AdmissionContext.NONE);
  }
}
