package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.workload.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which anchors that wait behind our scheduling gate may be placed now, and where.
 *
 * <p>A replacement is made while the pod that it replaces still terminates and keeps its node. Let
 * loose at once it would go to a spare node, and its follower would stay behind. So while a
 * follower stands alone, one anchor is kept for it until the old one is gone, and then goes there
 * and nowhere else. One that comes before an old one goes, in a rollout that surges, is let loose
 * to the nodes that hold both. All others go where a whole pair fits; which of these places is the
 * scheduler's choice.
 */
final class GateOpenings {
  /** More places than this say nothing more to the scheduler, and a pod has to carry them. */
  private static final int MOST_PLACES = 64;

  private final UnaryOperator<String> domainOf;
  private final List<RunningPod> anchors;
  private final List<RunningPod> followers;
  private final Set<String> room;
  private final Set<String> kept;
  private final int pending;

  /**
   * @param anchors all pods of the anchor
   * @param followers all pods of the follower
   * @param room where pairs fit or run, by the evaluator's answer
   * @param kept the same as if nodes that are away for a moment were there
   * @param pending how many anchors are to be Pending for a node autoscaler to see
   * @param domainOf a node's topology domain; null where it is in none
   */
  GateOpenings(
      Collection<RunningPod> anchors,
      Collection<RunningPod> followers,
      Collection<Pair> room,
      Collection<Pair> kept,
      int pending,
      UnaryOperator<String> domainOf) {
    this.anchors = List.copyOf(anchors);
    this.followers = List.copyOf(followers);
    this.domainOf = domainOf;
    this.room = domains(room);
    this.kept = domains(kept);
    this.pending = pending;
  }

  private static Set<String> domains(Collection<Pair> pairs) {
    return pairs.stream().map(Pair::domain).collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * A gate to open.
   *
   * @param pod that waits behind it
   * @param domains where the pod may go; empty: anywhere, for no place that there is will do
   * @param comesBack whether it comes back to a follower that stands alone
   */
  record Opening(RunningPod pod, Set<String> domains, boolean comesBack) {
    Opening {
      domains = Set.copyOf(domains);
    }
  }

  /**
   * The gates to open now, each for a pod of its own and none for more pods than places.
   *
   * @param surplus how many anchors there are more than there are to be: they stand beside old ones
   * @param beside the domains where a gated anchor may stand beside an old one
   */
  List<Opening> now(int surplus, Function<RunningPod, Set<String>> beside) {
    Set<String> held = domains(anchors.stream().filter(GateOpenings::isPlaced));
    Set<String> stays =
        domains(anchors.stream().filter(pod -> isPlaced(pod) && !pod.terminating()));
    Set<String> alone =
        domains(followers.stream().filter(pod -> isPlaced(pod) && !pod.terminating()));
    alone.removeAll(stays);
    alone.removeIf(domain -> !room.contains(domain) && !kept.contains(domain));
    List<RunningPod> loose =
        anchors.stream()
            .filter(pod -> !pod.terminating() && !isPlaced(pod) && !isGated(pod))
            .toList();
    List<String> spokenFor =
        loose.stream().map(RunningPod::placedFor).filter(Objects::nonNull).toList();
    alone.removeAll(spokenFor);

    List<Opening> openings = new ArrayList<>();
    List<RunningPod> waiting = new ArrayList<>(gated());
    for (String domain : alone) {
      if (waiting.isEmpty()) {
        return openings;
      }
      RunningPod kept = waiting.remove(0);
      // Once open, a gate cannot be closed: nobody is sent to a node that may not come back.
      if (!held.contains(domain) && room.contains(domain)) {
        openings.add(new Opening(kept, Set.of(domain), true));
      }
    }
    for (int i = 0; i < surplus && !waiting.isEmpty(); i++) {
      RunningPod surges = waiting.remove(0);
      Set<String> both = new TreeSet<>(beside.apply(surges));
      both.removeAll(alone);
      if (!both.isEmpty()) {
        openings.add(new Opening(surges, some(both), false));
      }
    }
    Set<String> places = new TreeSet<>(room);
    places.removeAll(held);
    places.removeAll(alone);
    places.removeAll(spokenFor);
    // Those that were let loose already take a place each, and beyond that wait for nodes.
    int taken = loose.size() - spokenFor.size();
    int open = Math.max(0, places.size() - taken);
    int forNodes = Math.max(0, pending - Math.max(0, taken - places.size()));
    waiting.stream()
        .limit(open)
        .forEach(pod -> openings.add(new Opening(pod, some(places), false)));
    waiting.stream()
        .skip(open)
        .limit(forNodes)
        .forEach(pod -> openings.add(new Opening(pod, Set.of(), false)));
    return openings;
  }

  /**
   * Anchors that were let loose for one place alone, which has been lost before they got there, be
   * it to another anchor, while a pair fits elsewhere. Neither can their gate be closed nor can
   * they be sent anywhere else: only a new one can.
   *
   * @param surges whether an anchor of another template may stand beside them
   */
  List<RunningPod> outrun(boolean surges) {
    Set<String> places = new TreeSet<>(room);
    places.removeAll(domains(anchors.stream().filter(GateOpenings::isPlaced)));
    if (places.isEmpty()) {
      return List.of();
    }
    return anchors.stream()
        .filter(pod -> !pod.terminating() && !isPlaced(pod) && !isGated(pod))
        .filter(pod -> pod.placedFor() != null)
        .filter(
            pod ->
                (!room.contains(pod.placedFor()) && !kept.contains(pod.placedFor()))
                    || isTakenFrom(pod, surges))
        .sorted(Comparator.comparing(RunningPod::name))
        .toList();
  }

  /** Whether another anchor that stays is where the pod alone may go. */
  private boolean isTakenFrom(RunningPod pod, boolean surges) {
    return anchors.stream()
        .filter(other -> isPlaced(other) && !other.terminating())
        .filter(other -> !surges || Objects.equals(other.template(), pod.template()))
        .anyMatch(other -> pod.placedFor().equals(domainOf.apply(other.node())));
  }

  private List<RunningPod> gated() {
    return anchors.stream()
        .filter(pod -> !pod.terminating() && isGated(pod))
        .sorted(Comparator.comparing(RunningPod::name))
        .toList();
  }

  /** Evenly out of all, so that zones that names follow stay represented. */
  private static Set<String> some(Set<String> places) {
    int step = (places.size() + MOST_PLACES - 1) / MOST_PLACES;
    Set<String> some = new TreeSet<>();
    int i = 0;
    for (String place : places) {
      if (step <= 1 || i % step == 0) {
        some.add(place);
      }
      i++;
    }
    return some;
  }

  private static boolean isPlaced(RunningPod pod) {
    return pod.node() != null;
  }

  private static boolean isGated(RunningPod pod) {
    return pod.gates().contains(Workload.GATE);
  }

  private Set<String> domains(Stream<RunningPod> pods) {
    return pods.map(pod -> domainOf.apply(pod.node()))
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
