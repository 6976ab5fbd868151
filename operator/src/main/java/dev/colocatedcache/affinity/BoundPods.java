package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What anchors and followers count as once they are bound: with the binding, the admission plugin
 * PodTopologyLabels copies zone and region of the node onto the pod, over what it has itself. On by
 * default from Kubernetes 1.35 on.
 */
final class BoundPods {

  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String REGION = "topology.kubernetes.io/region";

  private final PodInfo anchor;
  private final PodInfo follower;

  /** Whether the halves of pairs ask for such labels of each other; else they are left out. */
  private final boolean labelled;

  /** By the pod, then by the labels of the node. */
  private final Map<PodInfo, Map<List<String>, PodInfo>> bound = new HashMap<>();

  private int shapes;

  BoundPods(Snapshot snapshot, PairRequest request, KubernetesVersion version) {
    this.anchor = snapshot.further(request.anchor(), 0);
    this.follower = snapshot.further(request.follower(), 1);
    this.shapes = snapshot.shapeIds();
    this.labelled =
        version.atLeast(1, 35)
            && Stream.of(request.anchor(), request.follower())
                .flatMap(BoundPods::selectors)
                .anyMatch(selector -> selector.asksFor(ZONE) || selector.asksFor(REGION));
  }

  private static Stream<Selector> selectors(IncomingPod pod) {
    return Stream.of(
            pod.affinity().stream().map(AffinityTerm::pods),
            pod.shape().antiAffinity().stream().map(AffinityTerm::pods),
            pod.spreadConstraints().stream().map(SpreadConstraint::pods))
        .flatMap(selectors -> selectors);
  }

  /** An anchor on the node. */
  PodInfo anchorOn(NodeInfo node) {
    return labelled ? on(node, anchor) : anchor;
  }

  /** A follower on the node. */
  PodInfo followerOn(NodeInfo node) {
    return labelled ? on(node, follower) : follower;
  }

  private PodInfo on(NodeInfo node, PodInfo pod) {
    List<String> labels = new ArrayList<>(2);
    labels.add(node.label(ZONE));
    labels.add(node.label(REGION));
    return bound
        .computeIfAbsent(pod, p -> new HashMap<>())
        .computeIfAbsent(labels, copied -> labelled(node, pod));
  }

  private PodInfo labelled(NodeInfo node, PodInfo pod) {
    Labels labels =
        pod.shape().labels().with(ZONE, node.label(ZONE)).with(REGION, node.label(REGION));
    return pod.shapedAs(pod.shape().labelled(labels), shapes++);
  }

  /** Adds what tells pods on the node from those on others. */
  void describe(NodeInfo node, List<Integer> view) {
    if (labelled) {
      view.add(anchorOn(node).shapeId());
      view.add(followerOn(node).shapeId());
    }
  }
}
