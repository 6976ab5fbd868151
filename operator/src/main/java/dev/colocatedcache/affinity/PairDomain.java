package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A topology domain: its nodes, the own pods that run there, and the pair that it holds, if it
 * does.
 */
final class PairDomain {

  /** A live pod of one of the two Deployments, and the position of its node. */
  record OwnPod(PodInfo pod, int node) {}

  private final String value;
  private final int[] nodes;
  private List<OwnPod> anchors = List.of();
  private List<OwnPod> followers = List.of();
  private Pair pair;
  private Set<PodInfo> retained = Set.of();

  /**
   * A domain.
   *
   * @param value of the topology key; null for the nodes that are in no domain
   * @param nodes the positions of its nodes
   */
  PairDomain(String value, int[] nodes) {
    this.value = value;
    this.nodes = nodes;
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

  /** Whether both halves of the pair that it keeps are Ready. */
  boolean isReady() {
    return retained.stream().allMatch(PodInfo::ready);
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
    return nodes.length == 1;
  }

  /** The positions of its nodes, in order. Not to be changed. */
  int[] nodes() {
    return nodes;
  }

  List<OwnPod> anchors() {
    return anchors;
  }

  List<OwnPod> followers() {
    return followers;
  }

  /** The nodes to try for an anchor: where one runs already first. */
  int[] anchorCandidates() {
    return anchors.isEmpty() ? nodes : first(nodesOf(anchors), nodes);
  }

  /**
   * The nodes to try for the anchor's follower: where one runs already first, then beside the
   * anchor.
   */
  int[] followerCandidates(int anchorNode, int[] allowed) {
    Set<Integer> preferred = nodesOf(followers);
    preferred.add(anchorNode);
    preferred.removeIf(node -> Arrays.binarySearch(allowed, node) < 0);
    return first(preferred, allowed);
  }

  private static Set<Integer> nodesOf(List<OwnPod> pods) {
    Set<Integer> nodes = new LinkedHashSet<>();
    pods.forEach(pod -> nodes.add(pod.node));
    return nodes;
  }

  private static int[] first(Set<Integer> preferred, int[] all) {
    return IntStream.concat(
            preferred.stream().mapToInt(Integer::intValue),
            Arrays.stream(all).filter(node -> !preferred.contains(node)))
        .toArray();
  }
}
