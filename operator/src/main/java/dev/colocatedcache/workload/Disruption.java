package dev.colocatedcache.workload;

import dev.colocatedcache.api.v1alpha1.ColocatedCacheSpec;
import dev.colocatedcache.api.v1alpha1.DisruptionBudget;
import dev.colocatedcache.api.v1alpha1.UpdateStrategy;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Objects;
import java.util.Optional;

/**
 * How much of a role may be away at once, by rollouts and by evictions, with the API's defaults
 * where the spec says nothing: it may not have been through the API server.
 */
record Disruption(
    IntOrString rolloutMaxUnavailable,
    int progressDeadlineSeconds,
    boolean managed,
    IntOrString evictionMaxUnavailable) {
  private static final int ONE = 1;
  private static final int WHOLE = 100;
  private static final int TEN_MINUTES = 600;

  static Disruption of(ColocatedCacheSpec spec) {
    UpdateStrategy update =
        Objects.requireNonNullElse(spec.updateStrategy(), new UpdateStrategy(null, null, null));
    DisruptionBudget budget =
        Objects.requireNonNullElse(spec.disruptionBudget(), new DisruptionBudget(null, null));
    return new Disruption(
        Objects.requireNonNullElse(update.maxUnavailable(), new IntOrString(ONE)),
        Objects.requireNonNullElse(update.progressDeadlineSeconds(), TEN_MINUTES),
        budget.mode() != DisruptionBudget.Mode.NONE,
        Objects.requireNonNullElse(budget.maxUnavailable(), new IntOrString(ONE)));
  }

  /**
   * What a budget of ours lets evictions take; empty where none is asked for. A pod that is Pending
   * on purpose is one that is not there, and must not use the budget up.
   *
   * @param pairs granted
   * @param pending pairs that are Pending on purpose besides
   */
  Optional<IntOrString> budgetMaxUnavailable(int pairs, int pending) {
    if (!managed) {
      return Optional.empty();
    }
    return Optional.of(
        pending == 0
            ? evictionMaxUnavailable
            : new IntOrString(rounded(evictionMaxUnavailable, pairs) + pending));
  }

  /** A percentage of a budget is rounded up, as the disruption controller does. */
  private static int rounded(IntOrString limit, int pairs) {
    if (limit.getIntVal() != null) {
      return limit.getIntVal();
    }
    int percent = Integer.parseInt(limit.getStrVal().replace("%", ""));
    return (pairs * percent + WHOLE - 1) / WHOLE;
  }
}
