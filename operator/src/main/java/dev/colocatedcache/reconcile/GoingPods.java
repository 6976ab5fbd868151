package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.RunningPod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The pods of one role where there are to be fewer.
 *
 * @param role which half
 * @param alive its pods, without those that terminate
 * @param order the nodes of pairs: that which goes first is the last
 * @param kept the nodes of the pairs that stay
 * @param now how many its Deployment is asked for
 * @param wanted how many it is to be asked for
 * @param surge how many more than that there may be in a rollout
 * @param rolling whether pods of another template are there, or have not quite gone
 * @param stuck whether the rollout does not get on
 */
record GoingPods(
    Role role,
    List<RunningPod> alive,
    List<String> order,
    Set<String> kept,
    int now,
    int wanted,
    int surge,
    boolean rolling,
    boolean stuck) {

  /** Our own mark: nobody sets a value that begins so by chance. */
  private static final String OURS = "-70193";

  private static final int MOST_GRADES = 9999;

  GoingPods {
    alive = List.copyOf(alive);
    order = List.copyOf(order);
    kept = Set.copyOf(kept);
  }

  private boolean mixed() {
    return alive.stream().map(RunningPod::template).filter(Objects::nonNull).distinct().count() > 1;
  }

  /** Whether the count is to drop. */
  boolean drops() {
    return now > wanted;
  }

  /**
   * Whether it is known which pods stay and where: the count has dropped, and the rollout is over,
   * for until then pods go on to change their nodes. One that does not get on is not waited for.
   */
  boolean done() {
    return now <= wanted && alive.size() <= most() && (!rolling || stuck);
  }

  private int most() {
    return mixed() ? wanted + surge : wanted;
  }

  /**
   * The pods to give up first. In the midst of a rollout it is not known which template's pods are
   * given up, so as many of each as there are too many.
   */
  List<RunningPod> marked() {
    int tooMany = alive.size() - most();
    if (wanted == 0 || tooMany <= 0) {
      return List.of();
    }
    if (!mixed()) {
      return alive.stream()
          .filter(pod -> pod.node() != null && !kept.contains(pod.node()))
          .toList();
    }
    Map<String, List<RunningPod>> byTemplate =
        alive.stream()
            .filter(pod -> pod.node() != null)
            .collect(Collectors.groupingBy(pod -> String.valueOf(pod.template())));
    List<RunningPod> marked = new ArrayList<>();
    for (List<RunningPod> alike : byTemplate.values()) {
      alike.stream()
          .sorted(
              Comparator.comparingInt(this::position).reversed().thenComparing(RunningPod::name))
          .limit(tooMany)
          .forEach(marked::add);
    }
    return marked;
  }

  /** The cost of a marked pod: in the midst of a rollout the lower, the sooner it is to go. */
  String cost(RunningPod pod) {
    return mixed() ? OURS + "%04d".formatted(Math.min(MOST_GRADES, position(pod))) : OURS;
  }

  /** Whether a cost is one of our marks. */
  static boolean isOurs(String cost) {
    return cost != null
        && cost.startsWith(OURS)
        && (cost.length() == OURS.length()
            || cost.length() == OURS.length() + Integer.toString(MOST_GRADES).length());
  }

  /** The later, the sooner it goes; where no pair fits it goes at once. */
  private int position(RunningPod pod) {
    int position = order.indexOf(pod.node());
    return position < 0 ? order.size() : position;
  }
}
