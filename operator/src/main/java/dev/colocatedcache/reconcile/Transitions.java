package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.status.Problem;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Announces what a new status says that the old one did not. The old status is the only memory, so
 * an operator that has just started repeats nothing.
 */
final class Transitions {
  private static final Set<String> BROKEN = Set.of("AnchorMisplaced", "FollowerStranded");

  private static final String SURGE_LIMITED = "SurgeLimited";

  private final Announcer announcer;

  Transitions(Announcer announcer) {
    this.announcer = announcer;
  }

  void announce(ColocatedCache about, ColocatedCacheStatus before, ColocatedCacheStatus now) {
    Optional<Condition> limited = trueCondition(now, "CapacityLimited");
    Optional<Condition> wasLimited = trueCondition(before, "CapacityLimited");
    if (limited.isPresent() && wasLimited.isEmpty()) {
      announcer.warning(about, "CapacityLimited", limited.get().getMessage());
    } else if (limited.isEmpty() && wasLimited.isPresent() && now.capacity() != null) {
      announcer.normal(about, "CapacityRestored", now.capacity().message());
    }
    Optional<Condition> broken = brokenPair(now);
    if (broken.isPresent() && !sameReason(broken.get(), brokenPair(before))) {
      announcer.warning(about, "PairBroken", broken.get().getMessage());
    }
    trueCondition(now, SURGE_LIMITED)
        .filter(surge -> !sameReason(surge, trueCondition(before, SURGE_LIMITED)))
        .ifPresent(surge -> announcer.normal(about, SURGE_LIMITED, surge.getMessage()));
    trueCondition(now, "Reconciling")
        .filter(notice -> notice.getReason().equals(Problem.Reason.RolloutShrinks.name()))
        .filter(notice -> !sameReason(notice, trueCondition(before, "Reconciling")))
        .ifPresent(notice -> announcer.warning(about, notice.getReason(), notice.getMessage()));
    Optional<Condition> stalled = trueCondition(now, "Stalled");
    Optional<Condition> wasStalled = trueCondition(before, "Stalled");
    if (stalled.isPresent() && !sameReason(stalled.get(), wasStalled)) {
      announcer.warning(about, stalled.get().getReason(), stalled.get().getMessage());
    } else if (stalled.isEmpty() && wasStalled.isPresent()) {
      announcer.normal(
          about, "Recovered", "no longer stalled (" + wasStalled.get().getReason() + ")");
    }
  }

  /** Halves are apart for a moment in every rollout; these stay apart unless something is done. */
  private static Optional<Condition> brokenPair(ColocatedCacheStatus status) {
    List<Condition> conditions = status == null ? List.of() : status.conditions();
    return conditions.stream()
        .filter(c -> "Colocated".equals(c.getType()) && BROKEN.contains(c.getReason()))
        .findFirst();
  }

  private static boolean sameReason(Condition now, Optional<Condition> before) {
    return before.map(Condition::getReason).filter(now.getReason()::equals).isPresent();
  }

  private static Optional<Condition> trueCondition(ColocatedCacheStatus status, String type) {
    List<Condition> conditions = status == null ? List.of() : status.conditions();
    return conditions.stream()
        .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
        .findFirst();
  }
}
