package dev.colocatedcache.devcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the extension promises to all other tests. */
@ExtendWith(DevclusterExtension.class)
class DevclusterIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String WEB =
      """
      # a comment before the first document
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            tolerations: [{key: mine, operator: Exists}]
            containers:
            - {name: web, image: nginx, resources: {requests: {cpu: 0.5}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: single, labels: {app: single}}
      spec:
        containers: [{name: single, image: nginx}]
      """;

  @Test
  void podsOfATestRunOnItsOwnNodesAlone(
      Devcluster cluster, TestNamespace namespace, TestNodes mine, KubernetesClient client) {
    TestNodes others = new TestNodes(cluster, "others-" + namespace.name());
    try (others) {
      others.add(1);
      mine.add(2);
      cluster
          .kubectl()
          .runWithInput(mine.pin(WEB), "apply", "-n", namespace.name(), "-f", "-")
          .orFail();
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                List<Pod> pods = client.pods().inNamespace(namespace.name()).list().getItems();
                assertThat(pods).hasSize(4).allMatch(Readiness::isPodReady);
                assertThat(pods)
                    .extracting(pod -> pod.getSpec().getNodeName())
                    .isSubsetOf(mine.names());
              });
    }
    assertThat(client.nodes().withName(others.names().get(0)).get()).isNull();
  }

  @Test
  void aPodThatIsNotPinnedFindsNoNodeOfATest(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(1);
    cluster.kubectl().runWithInput(WEB, "apply", "-n", namespace.name(), "-f", "-").orFail();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        client
                            .pods()
                            .inNamespace(namespace.name())
                            .withName("single")
                            .get()
                            .getStatus()
                            .getConditions())
                    .anySatisfy(
                        condition -> assertThat(condition.getReason()).isEqualTo("Unschedulable")));
  }

  @Test
  void pinningAResourceKeepsWhatItHas(TestNodes nodes, KubernetesClient client) {
    Deployment web = (Deployment) client.load(stream(WEB)).items().get(0);
    Deployment pinned = nodes.pin(web);
    assertThat(pinned.getSpec().getTemplate().getSpec().getTolerations())
        .extracting("key")
        .containsExactly("mine", TestNodes.KEY);
    assertThat(pinned.getSpec().getTemplate().getSpec().getNodeSelector())
        .isEqualTo(Map.of(TestNodes.KEY, nodes.id()));
    assertThat(pinned.getSpec().getTemplate().getSpec().getContainers())
        .isEqualTo(web.getSpec().getTemplate().getSpec().getContainers());
    assertThat(((HasMetadata) web).getMetadata()).isEqualTo(pinned.getMetadata());
    assertThat(web.getSpec().getTemplate().getSpec().getNodeSelector()).isEmpty();
  }

  @Test
  void aServiceAccountMayDoWhatItWasGivenAndNothingElse(
      Devcluster cluster, TestNamespace namespace) {
    String ns = namespace.name();
    cluster.kubectl("create", "serviceaccount", "reader", "-n", ns).orFail();
    cluster
        .kubectl("create", "role", "reader", "-n", ns, "--verb=list", "--resource=pods")
        .orFail();
    cluster
        .kubectl(
            "create",
            "rolebinding",
            "reader",
            "-n",
            ns,
            "--role=reader",
            "--serviceaccount=" + ns + ":reader")
        .orFail();
    try (KubernetesClient reader = cluster.clientFor(ns, "reader")) {
      assertThat(reader.pods().inNamespace(ns).list().getItems()).isEmpty();
      assertThatThrownBy(() -> reader.secrets().inNamespace(ns).list())
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("system:serviceaccount:" + ns + ":reader");
    }
    Path kubeconfig = cluster.kubeconfigFor(ns, "reader");
    assertThat(cluster.kubectlAs(kubeconfig).run("get", "pods").err())
        .contains("No resources found");
    CommandResult refused = cluster.kubectlAs(kubeconfig).run("get", "secrets");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("Forbidden");
  }

  @Test
  void nodesChangeAsATestWants(Devcluster cluster, TestNodes nodes, KubernetesClient client) {
    String name =
        nodes.add(NodeSpec.named("any").with("cpu", "2").with("example.com/gpu", "1").inZone("a"));
    assertThat(client.nodes().withName(name).get().getMetadata().getLabels())
        .containsEntry("topology.kubernetes.io/zone", "a")
        .containsEntry("kubernetes.io/hostname", name);

    cluster.resize(name, Map.of("cpu", "1500m"));
    cluster.relabel(name, Map.of("tier", "gold"));
    cluster.unlabel(name, "topology.kubernetes.io/zone");
    cluster.taint(name, "dedicated", "db", "NoSchedule");
    cluster.cordon(name);
    var node = client.nodes().withName(name).get();
    assertThat(node.getStatus().getAllocatable().get("cpu")).hasToString("1500m");
    assertThat(node.getStatus().getAllocatable().get("example.com/gpu")).hasToString("1");
    assertThat(node.getMetadata().getLabels())
        .containsEntry("tier", "gold")
        .doesNotContainKey("topology.kubernetes.io/zone");
    assertThat(node.getSpec().getTaints()).extracting("key").contains("dedicated", TestNodes.KEY);
    assertThat(node.getSpec().getUnschedulable()).isTrue();

    cluster.uncordon(name);
    cluster.untaint(name, "dedicated");
    cluster.setNotReady(name, true);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(client.nodes().withName(name).get().getSpec().getTaints())
                    .extracting("key")
                    .contains("node.kubernetes.io/not-ready")
                    .doesNotContain("dedicated"));
    cluster.setNotReady(name, false);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(client.nodes().withName(name).get().getSpec().getTaints())
                    .extracting("key")
                    .containsOnly(TestNodes.KEY));
    assertThat(client.nodes().withName(name).get().getStatus().getAllocatable().get("cpu"))
        .as("a resized node stays resized")
        .hasToString("1500m");
  }

  @Test
  void aNodeIsDrainedAndAnotherTakenAway(
      Devcluster cluster, TestNamespace namespace, TestNodes nodes, KubernetesClient client) {
    nodes.add(2);
    String first = nodes.names().get(0);
    String second = nodes.names().get(1);
    cluster.cordon(second);
    Deployment web = nodes.pin((Deployment) client.load(stream(WEB)).items().get(0));
    client.apps().deployments().inNamespace(namespace.name()).resource(web).create();
    awaitReadyOn(client, namespace, first);

    cluster.uncordon(second);
    cluster.drain(first).orFail();
    awaitReadyOn(client, namespace, second);

    cluster.uncordon(first);
    cluster.deleteNodeAndPods(second);
    assertThat(client.nodes().withName(second).get()).isNull();
    awaitReadyOn(client, namespace, first);
  }

  private static void awaitReadyOn(KubernetesClient client, TestNamespace namespace, String node) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(client.pods().inNamespace(namespace.name()).list().getItems())
                    .hasSize(3)
                    .allMatch(Readiness::isPodReady)
                    .allMatch(pod -> pod.getSpec().getNodeName().equals(node)));
  }

  @Test
  @OwnDevcluster(nodes = 2, audit = true)
  void aTestMayOwnACluster(Devcluster cluster, KubernetesClient client) {
    assertThat(client.nodes().list().getItems())
        .extracting(node -> node.getMetadata().getName())
        .containsExactly("node-1", "node-2");
    assertThat(cluster.auditLog())
        .content()
        .contains("\"user\":{\"username\":\"devcluster-admin\"");
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
