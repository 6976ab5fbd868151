package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A topology spread constraint that forbids: whenUnsatisfiable is DoNotSchedule. */
record SpreadConstraint(
    int maxSkew,
    String topologyKey,
    Selector pods,
    int minDomains,
    boolean honorsNodeAffinity,
    boolean honorsTaints) {

  /**
   * The hard constraints of a pod, in order. The others only give scores, but where one of them
   * cannot be read, the scheduler does not place the pod either.
   *
   * @throws InvalidInputException if a selector is invalid
   */
  static List<SpreadConstraint> of(PodSpec spec, Map<String, String> podLabels) {
    List<SpreadConstraint> constraints = new ArrayList<>();
    for (TopologySpreadConstraint constraint : Given.list(spec.getTopologySpreadConstraints())) {
      SpreadConstraint read = of(constraint, podLabels);
      if ("DoNotSchedule".equals(constraint.getWhenUnsatisfiable())) {
        constraints.add(read);
      }
    }
    return List.copyOf(constraints);
  }

  private static SpreadConstraint of(
      TopologySpreadConstraint constraint, Map<String, String> podLabels) {
    Map<String, String> matchLabels = new HashMap<>();
    for (String key : Given.list(constraint.getMatchLabelKeys())) {
      if (podLabels.containsKey(key)) {
        matchLabels.put(key, podLabels.get(key));
      }
    }
    return new SpreadConstraint(
        constraint.getMaxSkew() == null ? 0 : constraint.getMaxSkew(),
        Given.text(constraint.getTopologyKey()),
        Selector.of(constraint.getLabelSelector()).and(matchLabels),
        constraint.getMinDomains() == null ? 1 : constraint.getMinDomains(),
        constraint.getNodeAffinityPolicy() == null
            || "Honor".equals(constraint.getNodeAffinityPolicy()),
        "Honor".equals(constraint.getNodeTaintsPolicy()));
  }
}
