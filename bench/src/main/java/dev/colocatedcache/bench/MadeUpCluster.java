package dev.colocatedcache.bench;

import dev.colocatedcache.affinity.ClusterModel;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A cluster as companies run them: three zones, most pods made by Deployments of some thirty
 * replicas, some by StatefulSets and Jobs, with the labels that charts and controllers set. The
 * same size makes the same cluster.
 *
 * @param nodes how many nodes
 * @param podsPerNode how many pods on each
 */
record MadeUpCluster(int nodes, int podsPerNode) {

  /** The namespace of the pairs that are asked for. */
  static final String SHOP = "checkout";

  private static final String HOSTNAME = "kubernetes.io/hostname";
  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String REGION = "topology.kubernetes.io/region";
  private static final int REPLICAS = 30;
  private static final int NAMESPACES = 100;

  /** One pod in this many is of a StatefulSet, or of a Job: no other pod has its labels. */
  private static final int STATEFUL = 10;

  private static final int OF_JOB = 20;

  /** All of it in a model. */
  ClusterModel model() {
    ClusterModel model = new ClusterModel();
    forEachNamespace(model::putNamespace);
    forEachNode(model::putNode);
    forEachPod(model::putPod);
    return model;
  }

  void forEachNamespace(Consumer<Namespace> consumer) {
    for (int i = 0; i < NAMESPACES; i++) {
      consumer.accept(namespace(team(i)));
    }
  }

  private static Namespace namespace(String name) {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(name)
        .addToLabels("kubernetes.io/metadata.name", name)
        .endMetadata()
        .build();
  }

  void forEachNode(Consumer<Node> consumer) {
    for (int i = 0; i < nodes; i++) {
      consumer.accept(node(i));
    }
  }

  /** The pods, node by node. */
  void forEachPod(Consumer<Pod> consumer) {
    for (int node = 0; node < nodes; node++) {
      for (int i = 0; i < podsPerNode; i++) {
        consumer.accept(pod(node, i));
      }
    }
  }

  static String nodeName(int node) {
    return String.format(Locale.ROOT, "ip-10-%03d-%03d.internal", node / 250, node % 250);
  }

  /** Of twenty nodes one is cordoned, one is reserved for others by a taint, and two are small. */
  Node node(int node) {
    boolean small = node % 20 == 5 || node % 20 == 15;
    NodeBuilder made =
        new NodeBuilder()
            .withNewMetadata()
            .withName(nodeName(node))
            .addToLabels(HOSTNAME, nodeName(node))
            .addToLabels(ZONE, zone(node))
            .addToLabels(REGION, "eu-central-1")
            .addToLabels("kubernetes.io/os", "linux")
            .addToLabels("kubernetes.io/arch", node % 4 == 0 ? "arm64" : "amd64")
            .addToLabels("node.kubernetes.io/instance-type", small ? "m6i.2xlarge" : "m6i.8xlarge")
            .addToLabels("karpenter.sh/nodepool", "general")
            .addToLabels("karpenter.sh/capacity-type", node % 3 == 0 ? "spot" : "on-demand")
            .endMetadata()
            .withNewSpec()
            .withUnschedulable(node % 20 == 7 ? true : null)
            .endSpec()
            .withNewStatus()
            .addToAllocatable("cpu", new Quantity(small ? "3920m" : "31850m"))
            .addToAllocatable("memory", new Quantity(small ? "15Gi" : "122Gi"))
            .addToAllocatable("ephemeral-storage", new Quantity("95551679124"))
            .addToAllocatable("pods", new Quantity("110"))
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .endStatus();
    if (node % 20 == 13) {
      made.editSpec().addNewTaint("NoSchedule", "dedicated", null, "batch").endSpec();
    }
    return made.build();
  }

  private static String zone(int node) {
    return "eu-central-1" + "abc".charAt(node % 3);
  }

  /** The first team is the one that the pairs are of: its namespace has pods like any other. */
  private static String team(int number) {
    int team = number % NAMESPACES;
    return team == 0 ? SHOP : "team-" + team;
  }

  Pod pod(int node, int position) {
    // Neighbours on a node are of different workloads, as a scheduler that spreads leaves them.
    int number = position * nodes + node;
    if (number % STATEFUL == 3) {
      return ofStatefulSet(node, number);
    }
    return number % OF_JOB == 11 ? ofJob(node, number) : ofDeployment(node, number);
  }

  private Pod ofDeployment(int node, int number) {
    int workload = number / REPLICAS;
    String app = "api-" + workload;
    String hash = Integer.toHexString(0x5d9f7000 + workload);
    PodBuilder pod =
        pod(
            node,
            team(workload),
            app + "-" + hash + "-" + suffix(number),
            "ReplicaSet",
            app + "-" + hash);
    pod.editMetadata()
        .addToLabels(labels(app, workload))
        .addToLabels("pod-template-hash", hash)
        .endMetadata();
    if (workload % 5 == 0) {
      repelItself(pod, app);
    }
    return pod.build();
  }

  private Pod ofStatefulSet(int node, int number) {
    int workload = number / REPLICAS;
    String app = "store-" + workload;
    int ordinal = number % REPLICAS;
    PodBuilder pod = pod(node, team(workload), app + "-" + ordinal, "StatefulSet", app);
    pod.editMetadata()
        .addToLabels(labels(app, workload))
        .addToLabels(
            "controller-revision-hash", app + "-" + Integer.toHexString(0x6b7c8d00 + workload))
        .addToLabels("statefulset.kubernetes.io/pod-name", app + "-" + ordinal)
        .addToLabels("apps.kubernetes.io/pod-index", Integer.toString(ordinal))
        .endMetadata();
    repelItself(pod, app);
    return pod.build();
  }

  private Pod ofJob(int node, int number) {
    String job = "nightly-" + number;
    String uid = String.format(Locale.ROOT, "%08x-9d3e-4c55-8c1f-5a2b7c9d0e1f", number);
    PodBuilder pod = pod(node, team(number), job + "-" + suffix(number), "Job", job);
    pod.editMetadata()
        .addToLabels("batch.kubernetes.io/controller-uid", uid)
        .addToLabels("batch.kubernetes.io/job-name", job)
        .addToLabels("controller-uid", uid)
        .addToLabels("job-name", job)
        .endMetadata();
    return pod.build();
  }

  private static Map<String, String> labels(String app, int workload) {
    Map<String, String> labels = new TreeMap<>();
    labels.put("app.kubernetes.io/name", app);
    labels.put("app.kubernetes.io/instance", app + "-prod");
    labels.put("app.kubernetes.io/component", "server");
    labels.put("app.kubernetes.io/part-of", team(workload));
    labels.put("app.kubernetes.io/managed-by", "Helm");
    labels.put("app.kubernetes.io/version", "1." + workload % 17 + ".0");
    labels.put("helm.sh/chart", "service-3." + workload % 7 + ".1");
    return labels;
  }

  /** The part of a pod's name that makes it unlike all others. */
  private static String suffix(int number) {
    return String.format(Locale.ROOT, "%5s", Integer.toString(number, 36)).replace(' ', 'x');
  }

  private PodBuilder pod(int node, String namespace, String name, String ownerKind, String owner) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        // Binding copies these.
        .addToLabels(ZONE, zone(node))
        .addToLabels(REGION, "eu-central-1")
        .addNewOwnerReference()
        .withApiVersion("apps/v1")
        .withKind(ownerKind)
        .withName(owner)
        .withController(true)
        .endOwnerReference()
        .endMetadata()
        .withNewSpec()
        .withNodeName(nodeName(node))
        .addNewContainer()
        .withName("server")
        .withNewResources()
        .addToRequests("cpu", new Quantity("100m"))
        .addToRequests("memory", new Quantity("256Mi"))
        .endResources()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .endCondition()
        .endStatus();
  }

  private static void repelItself(PodBuilder pod, String app) {
    pod.editSpec()
        .withNewAffinity()
        .withNewPodAntiAffinity()
        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
        .withTopologyKey(HOSTNAME)
        .withNewLabelSelector()
        .addToMatchLabels("app.kubernetes.io/name", app)
        .endLabelSelector()
        .endRequiredDuringSchedulingIgnoredDuringExecution()
        .endPodAntiAffinity()
        .endAffinity()
        .endSpec();
  }
}
