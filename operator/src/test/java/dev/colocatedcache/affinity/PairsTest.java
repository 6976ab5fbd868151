package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.affinity.NodeRejection.Role;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PairsTest {

  private static final String HOSTNAME = "kubernetes.io/hostname";
  private static final String ZONE = "topology.kubernetes.io/zone";

  private final ClusterModel cluster = new ClusterModel();

  @Test
  void onePairANodeHoweverManyAreWanted() {
    cluster.putNode(node("a", "za"));
    cluster.putNode(node("b", "zb"));

    PairEvaluation evaluation = evaluate(HOSTNAME, 3);

    assertThat(evaluation.fits()).isEqualTo(2);
    assertThat(evaluation.pairs())
        .containsExactly(new Pair("a", "a", "a", false), new Pair("b", "b", "b", false));
    assertThat(evaluation.rejected()).isEmpty();
  }

  @Test
  void aCordonedNodeThatStillRunsAPairCountsUntilAHalfIsDeleted() {
    cluster.putNode(node("a", "za"));
    Node cordoned = node("b", "zb");
    cordoned.getSpec().setUnschedulable(true);
    cluster.putNode(cordoned);
    cluster.putPod(pod("redis", "b"));
    cluster.putPod(pod("checkout", "b"));

    assertThat(evaluate(HOSTNAME, 2).pairs())
        .containsExactly(new Pair("b", "b", "b", true), new Pair("a", "a", "a", false));

    Pod leaving = pod("checkout", "b");
    leaving.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    cluster.putPod(leaving);

    PairEvaluation evaluation = evaluate(HOSTNAME, 2);
    assertThat(evaluation.pairs()).containsExactly(new Pair("a", "a", "a", false));
    assertThat(evaluation.rejected())
        .singleElement()
        .satisfies(
            rejection -> {
              assertThat(rejection.node()).isEqualTo("b");
              assertThat(rejection.role()).isEqualTo(Role.BOTH);
              assertThat(rejection.reasons()).containsExactly("node(s) were unschedulable");
            });
    assertThat(evaluation.misplacedAnchors()).containsExactly("b");
  }

  @Test
  void aNodeWithRoomForEitherHalfButNotForBothIsNamed() {
    Node small = node("a", "za");
    small.getStatus().getAllocatable().put("memory", new Quantity("1500Mi"));
    cluster.putNode(small);

    PairEvaluation evaluation = evaluate(HOSTNAME, 1);

    assertThat(evaluation.fits()).isZero();
    assertThat(evaluation.rejected())
        .singleElement()
        .satisfies(
            rejection -> {
              assertThat(rejection.role()).isEqualTo(Role.PAIR);
              assertThat(rejection.plugin()).isEqualTo("NodeResourcesFit");
              assertThat(rejection.reasons()).containsExactly("Insufficient memory");
            });
    assertThat(evaluation.strandingNodes()).containsExactly("a");
  }

  @Test
  void inAZoneTheHalvesMaySitOnTwoNodes() {
    for (String name : List.of("a1", "a2")) {
      Node small = node(name, "za");
      small.getStatus().getAllocatable().put("memory", new Quantity("1500Mi"));
      cluster.putNode(small);
    }

    assertThat(evaluate(ZONE, 2).pairs()).containsExactly(new Pair("za", "a1", "a2", false));
  }

  private PairEvaluation evaluate(String topologyKey, int wanted) {
    return new Pairs(KubernetesVersion.DEFAULT)
        .evaluate(
            cluster.snapshot(),
            new PairRequest(
                "checkout",
                IncomingPod.admitted(
                    template("redis", null, topologyKey), "checkout", AdmissionContext.NONE),
                IncomingPod.admitted(
                    template("checkout", "redis", topologyKey), "checkout", AdmissionContext.NONE),
                "redis",
                "checkout",
                topologyKey,
                wanted));
  }

  private static PodTemplateSpec template(String app, String follows, String topologyKey) {
    PodTemplateSpecBuilder template =
        new PodTemplateSpecBuilder()
            .withNewMetadata()
            .addToLabels("app", app)
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("main")
            .withNewResources()
            .addToRequests("memory", new Quantity("1Gi"))
            .endResources()
            .endContainer()
            .withNewAffinity()
            .withNewPodAntiAffinity()
            .addNewRequiredDuringSchedulingIgnoredDuringExecution()
            .withTopologyKey(topologyKey)
            .withNewLabelSelector()
            .addToMatchLabels("app", app)
            .endLabelSelector()
            .endRequiredDuringSchedulingIgnoredDuringExecution()
            .endPodAntiAffinity()
            .endAffinity()
            .endSpec();
    if (follows != null) {
      template
          .editSpec()
          .editAffinity()
          .withNewPodAffinity()
          .addNewRequiredDuringSchedulingIgnoredDuringExecution()
          .withTopologyKey(topologyKey)
          .withNewLabelSelector()
          .addToMatchLabels("app", follows)
          .endLabelSelector()
          .endRequiredDuringSchedulingIgnoredDuringExecution()
          .endPodAffinity()
          .endAffinity()
          .endSpec();
    }
    return template.build();
  }

  private static Pod pod(String deployment, String node) {
    return new PodBuilder()
        .withMetadata(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace("checkout")
                .withName(deployment + "-5d9f-x1")
                .addToLabels("app", deployment)
                .addToLabels("pod-template-hash", "5d9f")
                .addNewOwnerReference()
                .withKind("ReplicaSet")
                .withName(deployment + "-5d9f")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build()
                .getMetadata())
        .withNewSpec()
        .withNodeName(node)
        .addNewContainer()
        .withName("main")
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }

  private static Node node(String name, String zone) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(Map.of(HOSTNAME, name, ZONE, zone))
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .withNewStatus()
        .addToAllocatable("cpu", new Quantity("4"))
        .addToAllocatable("memory", new Quantity("8Gi"))
        .addToAllocatable("pods", new Quantity("110"))
        .endStatus()
        .build();
  }
}
