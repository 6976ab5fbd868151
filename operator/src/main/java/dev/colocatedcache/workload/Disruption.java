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

  /** What a budget of ours lets evictions take; empty where none is asked for. */
  Optional<IntOrString> budgetMaxUnavailable() {
    return managed ? Optional.of(evictionMaxUnavailable) : Optional.empty();
  }
}
