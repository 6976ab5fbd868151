package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Verdict.Code;
import dev.colocatedcache.affinity.Verdict.Rejected;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import java.util.stream.Collectors;

/** A cluster in a few words: what a test does not say is plain and roomy. */
final class TestCluster {

  static final String HOSTNAME = "kubernetes.io/hostname";
  static final String NAMESPACE = "shop";

  final ClusterModel model = new ClusterModel();
  private int pods;

  /** Adds a node named {@code node}. */
  TestCluster node(String yaml) {
    return node("node", yaml);
  }

  /** Adds a node, given as the rest of its manifest. */
  TestCluster node(String name, String yaml) {
    model.putNode(nodeOf(name, yaml));
    return this;
  }

  static Node nodeOf(String name, String yaml) {
    Node node = Yaml.read("{" + yaml + "}", Node.class);
    NodeBuilder builder = new NodeBuilder(node);
    builder.editOrNewMetadata().withName(name).addToLabels(HOSTNAME, name).endMetadata();
    if (node.getStatus() == null) {
      builder.withStatus(
          Yaml.read(
                  "{status: {allocatable: {cpu: 64, memory: 256Gi, ephemeral-storage: 100Gi, pods: 110}}}",
                  Node.class)
              .getStatus());
    }
    return builder.build();
  }

  /** Adds a pod that runs on a node, given as the rest of its manifest. */
  TestCluster podOn(String node, String yaml) {
    Pod pod = podOf("pod-" + pods++, yaml);
    pod.getSpec().setNodeName(node);
    model.putPod(pod);
    return this;
  }

  /** Adds a pod, given as the rest of its manifest. */
  TestCluster pod(String yaml) {
    model.putPod(podOf("pod-" + pods++, yaml));
    return this;
  }

  /** A pod in the namespace {@link #NAMESPACE}, if it does not name another one. */
  static Pod podOf(String name, String yaml) {
    Pod pod = Yaml.read("{" + yaml + "}", Pod.class);
    PodBuilder builder = new PodBuilder(pod);
    if (pod.getMetadata() == null || pod.getMetadata().getNamespace() == null) {
      builder.editOrNewMetadata().withNamespace(NAMESPACE).endMetadata();
    }
    builder.editMetadata().withName(name).endMetadata();
    return builder.editOrNewSpec().endSpec().build();
  }

  /** Adds a namespace with labels, given in YAML. */
  TestCluster namespace(String name, String labels) {
    Namespace namespace =
        new NamespaceBuilder(Yaml.read("{metadata: {labels: {" + labels + "}}}", Namespace.class))
            .editMetadata()
            .withName(name)
            .endMetadata()
            .build();
    model.putNamespace(namespace);
    return this;
  }

  /** Judges a pod as the API server has stored it. */
  PodJudgement judge(String podYaml) {
    return judge(IncomingPod.asStored(podOf("incoming", podYaml)));
  }

  PodJudgement judge(IncomingPod pod) {
    return new Scheduler(KubernetesVersion.DEFAULT).judge(model.snapshot(), pod);
  }

  /** What {@link #words} makes of each node's verdict on the pod. */
  Map<String, String> verdicts(String podYaml) {
    return judge(podYaml).verdicts().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> words(entry.getValue())));
  }

  /** What {@link #words} makes of the only node's verdict on the pod. */
  String verdict(String podYaml) {
    return verdicts(podYaml).values().iterator().next();
  }

  /** {@code fits}, or plugin, reasons and code, as in {@code NodePorts: …, Unschedulable}. */
  static String words(Verdict verdict) {
    if (verdict instanceof Rejected rejected) {
      String code =
          rejected.code() == Code.UNSCHEDULABLE ? "Unschedulable" : "UnschedulableAndUnresolvable";
      return rejected.plugin() + ": " + String.join(", ", rejected.reasons()) + ", " + code;
    }
    return "fits";
  }
}
