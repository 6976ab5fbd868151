package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A topology domain: its nodes, the own pods that run there, and the pair that it holds, if it
 * does.
 */
final class PairDomain {

  /** A live pod of one of the two Deployments, and the position of its node. */
  record OwnPod(PodInfo pod, int node) {}

  private final String value;
  private final List<Integer> nodes = new ArrayList<>(1);
  private List<OwnPod> anchors = List.of();
  private List<OwnPod> followers = List.of();
  private Pair pair;
  private Set<PodInfo> retained = Set.of();

  /** A domain by the value of the topology key, which is null for the nodes that are in none. */
  PairDomain(String value) {
    this.value = value;
  }

  void add(int node) {
    nodes.add(node);
  }

  /** Takes note of the own pods on one of its nodes. */
  void occupy(OwnPods own, int node, NodeInfo info) {
    for (PodInfo pod : info.pods()) {
      if (own.isLiveAnchor(pod)) {
        anchors = with(anchors, new OwnPod(pod, node));
      } else if (own.isLiveFollower(pod)) {
        followers = with(followers, new OwnPod(pod, node));
      }
    }
  }

  private static List<OwnPod> with(List<OwnPod> pods, OwnPod pod) {
    List<OwnPod> more = new ArrayList<>(pods);
    more.add(pod);
    return more;
  }

  /** Keeps the pair that runs here, if one does: rather one on a single node than one on two. */
  void retain() {
    if (isOutside() || anchors.isEmpty() || followers.isEmpty()) {
      return;
    }
    OwnPod anchor = anchors.get(0);
    OwnPod follower = followers.get(0);
    for (OwnPod otherAnchor : anchors) {
      for (OwnPod otherFollower : followers) {
        if (anchor.node != follower.node && otherAnchor.node == otherFollower.node) {
          anchor = otherAnchor;
          follower = otherFollower;
        }
      }
    }
    pair = new Pair(value, anchor.pod.node(), follower.pod.node(), true);
    retained = Set.of(anchor.pod, follower.pod);
  }

  boolean retains(PodInfo pod) {
    return retained.contains(pod);
  }

  void hold(String anchorNode, String followerNode) {
    pair = new Pair(value, anchorNode, followerNode, false);
  }

  /** The pair that it holds, or null. */
  Pair pair() {
    return pair;
  }

  /** Whether this is no domain, but the nodes that are in none. */
  boolean isOutside() {
    return value == null;
  }

  boolean isSingleNode() {
    return nodes.size() == 1;
  }

  List<Integer> nodes() {
    return nodes;
  }

  List<OwnPod> anchors() {
    return anchors;
  }

  List<OwnPod> followers() {
    return followers;
  }

  /** The nodes to try for an anchor: where one runs already first. */
  Iterable<Integer> anchorCandidates() {
    return anchors.isEmpty() ? nodes : first(nodesOf(anchors), nodes);
  }

  /**
   * The nodes to try for the anchor's follower: where one runs already first, then beside the
   * anchor.
   */
  Iterable<Integer> followerCandidates(int anchorNode, Set<Integer> allowed) {
    Set<Integer> preferred = nodesOf(followers);
    preferred.add(anchorNode);
    preferred.retainAll(allowed);
    return first(preferred, allowed);
  }

  private static Set<Integer> nodesOf(List<OwnPod> pods) {
    Set<Integer> nodes = new LinkedHashSet<>();
    pods.forEach(pod -> nodes.add(pod.node));
    return nodes;
  }

  private static Iterable<Integer> first(Set<Integer> preferred, Iterable<Integer> all) {
    all.forEach(preferred::add);
    return preferred;
  }
}
