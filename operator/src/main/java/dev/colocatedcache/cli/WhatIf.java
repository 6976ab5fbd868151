package dev.colocatedcache.cli;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A change of the cluster that is only thought of. Nodes are added first, then zones are lost, then
 * nodes are cordoned and drained, so that what is added can take what has to go.
 *
 * @param cordoned nodes to cordon
 * @param drained nodes to cordon and to evict all pods from
 * @param added nodes to add
 * @param lostZones zones of which every node is lost
 */
record WhatIf(
    Set<String> cordoned, Set<String> drained, List<Addition> added, Set<String> lostZones) {
  /** The label that tells a node's zone. */
  static final String ZONE = "topology.kubernetes.io/zone";

  private static final String HOSTNAME = "kubernetes.io/hostname";
  private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
  private static final String MIRROR = "kubernetes.io/config.mirror";
  private static final int MAX_LABEL_VALUE = 63;

  /** Taints of a state that a new node is not in; keys of the kubelet's and of autoscalers. */
  private static final List<String> PASSING_TAINTS =
      List.of(
          "node.kubernetes.io/",
          "node.cloudprovider.kubernetes.io/",
          "ToBeDeletedByClusterAutoscaler",
          "DeletionCandidateOfClusterAutoscaler",
          "karpenter.sh/disrupted",
          "karpenter.sh/unregistered");

  WhatIf {
    cordoned = Set.copyOf(cordoned);
    drained = Set.copyOf(drained);
    added = List.copyOf(added);
    lostZones = Set.copyOf(lostZones);
  }

  /**
   * Nodes to add.
   *
   * @param count how many
   * @param like the node that they are copies of
   */
  record Addition(int count, String like) {}

  /** What has changed: sentences for the reader, and the pods that had to go. */
  record Outcome(List<String> changes, List<Pod> evicted) {}

  /** Whether the pods of that node are needed whole. */
  boolean needsPodsOf(String node) {
    return !lostZones.isEmpty()
        || drained.contains(node)
        || added.stream().anyMatch(addition -> addition.like().equals(node));
  }

  /**
   * Changes the cluster.
   *
   * @throws BadInputException if a node or a zone is not there
   */
  Outcome apply(ClusterInput cluster) {
    List<String> changes = new ArrayList<>();
    List<Pod> evicted = new ArrayList<>();
    for (Addition addition : added) {
      Set<String> names = new LinkedHashSet<>();
      for (int i = 0; i < addition.count(); i++) {
        names.add(add(cluster, node(cluster, addition.like(), "--like")));
      }
      changes.add(
          "added %d node(s) like %s: %s"
              .formatted(addition.count(), addition.like(), String.join(", ", names)));
    }
    for (String zone : new TreeSet<>(lostZones)) {
      Set<String> nodes = nodesIn(cluster, zone);
      nodes.forEach(
          node -> {
            evicted.addAll(evict(cluster, node));
            cluster.remove(node);
          });
      changes.add("without zone %s: %d node(s) lost".formatted(zone, nodes.size()));
    }
    for (String name : new TreeSet<>(cordoned)) {
      cordon(cluster, node(cluster, name, "--cordon"));
      changes.add("cordoned " + name);
    }
    for (String name : new TreeSet<>(drained)) {
      cordon(cluster, node(cluster, name, "--drain"));
      List<Pod> gone = evict(cluster, name);
      evicted.addAll(gone);
      changes.add("drained %s: %d pod(s) evicted".formatted(name, gone.size()));
    }
    return new Outcome(changes, evicted);
  }

  private static Node node(ClusterInput cluster, String name, String option) {
    Node node = cluster.nodes().get(name);
    if (node == null) {
      throw new BadInputException(
          "%s %s: the cluster has no such node".formatted(option, JsonInput.shown(name)));
    }
    return node;
  }

  private static Set<String> nodesIn(ClusterInput cluster, String zone) {
    Set<String> nodes = new TreeSet<>();
    Set<String> zones = new TreeSet<>();
    cluster
        .snapshot()
        .nodes()
        .forEach(
            node -> {
              String of = node.label(ZONE);
              if (of != null) {
                zones.add(of);
              }
              if (zone.equals(of)) {
                nodes.add(node.name());
              }
            });
    if (nodes.isEmpty()) {
      throw new BadInputException(
          "--without-zone %s: no node has the label %s=%s; the zones are: %s"
              .formatted(
                  JsonInput.shown(zone),
                  ZONE,
                  JsonInput.shown(zone),
                  zones.isEmpty() ? "none" : JsonInput.shown(String.join(", ", zones))));
    }
    return nodes;
  }

  private static void cordon(ClusterInput cluster, Node node) {
    if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
      return;
    }
    cluster.replace(
        new NodeBuilder(node)
            .editOrNewSpec()
            .withUnschedulable(true)
            // The node controller adds it as soon as a node is cordoned.
            .addNewTaint()
            .withKey(UNSCHEDULABLE)
            .withEffect("NoSchedule")
            .endTaint()
            .endSpec()
            .build());
  }

  /** Takes the pods off a node that an eviction takes off it; returns those. */
  private static List<Pod> evict(ClusterInput cluster, String node) {
    List<Pod> evicted = new ArrayList<>();
    for (Pod pod : List.copyOf(cluster.podsOf(node))) {
      if (!staysWithNode(pod)) {
        cluster.remove(pod);
        if (!hasEnded(pod)) {
          evicted.add(pod);
        }
      }
    }
    return evicted;
  }

  static boolean hasEnded(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }

  /** Static pods and those of DaemonSets, which {@code kubectl drain} passes over. */
  private static boolean staysWithNode(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    return (annotations != null && annotations.containsKey(MIRROR))
        || controllers(pod).anyMatch(owner -> "DaemonSet".equals(owner.getKind()));
  }

  static Stream<OwnerReference> controllers(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()));
  }

  /** Adds one node like {@code model}, with the pods that every such node has; returns its name. */
  private static String add(ClusterInput cluster, Node model) {
    String name = freeName(cluster, model.getMetadata().getName());
    NodeBuilder copy = new NodeBuilder(model);
    List<Taint> taints =
        model.getSpec() == null
            ? List.of()
            : model.getSpec().getTaints().stream().filter(WhatIf::lasts).toList();
    copy.editOrNewSpec().withUnschedulable(null).withTaints(taints).endSpec();
    copy.editMetadata().withName(name).withUid(null).addToLabels(HOSTNAME, name).endMetadata();
    cluster.add(copy.build());
    for (Pod pod : List.copyOf(cluster.podsOf(model.getMetadata().getName()))) {
      if (staysWithNode(pod) && !hasEnded(pod)) {
        cluster.add(
            new PodBuilder(pod)
                .editMetadata()
                .withName(pod.getMetadata().getName() + "-on-" + name)
                .endMetadata()
                .editSpec()
                .withNodeName(name)
                .endSpec()
                .build());
      }
    }
    return name;
  }

  private static boolean lasts(Taint taint) {
    return PASSING_TAINTS.stream().noneMatch(passing -> taint.getKey().startsWith(passing));
  }

  private static String freeName(ClusterInput cluster, String model) {
    String stem = model.length() > MAX_LABEL_VALUE - 8 ? "node" : model;
    for (int i = 1; ; i++) {
      String name = String.format(Locale.ROOT, "%s-new-%d", stem, i);
      if (!cluster.nodes().containsKey(name)) {
        return name;
      }
    }
  }
}
