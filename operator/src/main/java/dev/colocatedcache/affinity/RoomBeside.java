package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.PairDomain.OwnPod;
import dev.colocatedcache.affinity.Verdict.Rejected;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Where one half of a pair that runs could stand twice for a while: the new pod beside the old one.
 *
 * <p>Asked of the cluster as it runs, own pods included. Those that go by themselves do not count:
 * they terminate, or are not Ready beside one of their kind that is, which a rollout takes away
 * before it makes another ({@code cleanupUnhealthyReplicas} of the Deployment controller).
 *
 * @param domains the domains of running pairs that hold one pod more of that half
 * @param rejected why the others do not, by the node on which that half runs
 */
public record RoomBeside(List<String> domains, List<NodeRejection> rejected) {

  public RoomBeside {
    domains = List.copyOf(domains);
    rejected = List.copyOf(rejected);
  }

  static RoomBeside of(
      Snapshot snapshot, PairRequest request, NodeRejection.Role half, KubernetesVersion version) {
    boolean ofAnchor = half == NodeRejection.Role.ANCHOR;
    Topology topology = snapshot.topology(request.topologyKey());
    List<PairDomain> all = domains(snapshot, request, topology);
    NodeInfo[] nodes = withoutLeaving(snapshot, request, all);
    SchedulingCycle cycle =
        new SchedulingCycle(
            snapshot.withPods(nodes), ofAnchor ? request.anchor() : request.follower(), version);
    List<String> roomy = new ArrayList<>();
    List<NodeRejection> rejected = new ArrayList<>();
    for (int position = 0; position < all.size(); position++) {
      PairDomain domain = all.get(position);
      if (domain.anchors().isEmpty() || domain.followers().isEmpty()) {
        continue;
      }
      if (IntStream.of(domain.nodes()).anyMatch(node -> cycle.verdict(node, nodes[node]).fits())) {
        roomy.add(topology.value(position));
        continue;
      }
      int node = (ofAnchor ? domain.anchors() : domain.followers()).get(0).node();
      if (cycle.verdict(node, nodes[node]) instanceof Rejected why) {
        rejected.add(
            new NodeRejection(nodes[node].name(), half, why.plugin(), why.reasons(), why.code()));
      }
    }
    return new RoomBeside(roomy, rejected);
  }

  /** Whether a pod of that half, as its Deployment makes it now, would fit on any node at all. */
  static boolean anywhere(
      Snapshot snapshot, PairRequest request, IncomingPod pod, KubernetesVersion version) {
    List<PairDomain> all = domains(snapshot, request, snapshot.topology(request.topologyKey()));
    NodeInfo[] nodes = withoutLeaving(snapshot, request, all);
    SchedulingCycle cycle = new SchedulingCycle(snapshot.withPods(nodes), pod, version);
    for (int node = 0; node < nodes.length; node++) {
      if (cycle.verdict(node, nodes[node]).fits()) {
        return true;
      }
    }
    return false;
  }

  private static List<PairDomain> domains(
      Snapshot snapshot, PairRequest request, Topology topology) {
    OwnPods own = new OwnPods(request, snapshot);
    List<PairDomain> domains = new ArrayList<>();
    for (int domain = 0; domain < topology.size(); domain++) {
      domains.add(new PairDomain(topology.value(domain), topology.nodesOf(domain)));
    }
    for (int node = 0; node < snapshot.size(); node++) {
      int domain = topology.domainOf(node);
      if (domain != Topology.NO_DOMAIN && own.anyOn(snapshot.node(node))) {
        domains.get(domain).occupy(own, node, snapshot.node(node));
      }
    }
    return domains;
  }

  private static NodeInfo[] withoutLeaving(
      Snapshot snapshot, PairRequest request, List<PairDomain> domains) {
    Set<PodInfo> leaving = Collections.newSetFromMap(new IdentityHashMap<>());
    for (PairDomain domain : domains) {
      leaving.addAll(notReadyBesideReady(domain.anchors()));
      leaving.addAll(notReadyBesideReady(domain.followers()));
    }
    OwnPods own = new OwnPods(request, snapshot);
    NodeInfo[] nodes = snapshot.copyOfNodes();
    for (int node = 0; node < nodes.length; node++) {
      if (own.anyOn(nodes[node])) {
        nodes[node] =
            nodes[node].without(
                pod -> leaving.contains(pod) || (own.include(pod) && pod.terminating()));
      }
    }
    return nodes;
  }

  private static List<PodInfo> notReadyBesideReady(List<OwnPod> half) {
    return half.stream().anyMatch(own -> own.pod().ready())
        ? half.stream().map(OwnPod::pod).filter(pod -> !pod.ready()).toList()
        : List.of();
  }
}
