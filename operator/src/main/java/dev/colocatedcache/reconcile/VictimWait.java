package dev.colocatedcache.reconcile;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets pairs wait for those of lower priority to go whose places they take. Left to kube-scheduler,
 * the pods would take half a pair here and half a pair there; so they come when the room is free.
 * If that takes too long, for whatever reason, kube-scheduler has its way. Not thread-safe: {@link
 * Competition} locks.
 */
final class VictimWait {

  /** How long pods wait for pairs of lower priority to go by themselves. */
  private static final Duration LONGEST = Duration.ofSeconds(45);

  private final Clock clock;
  private final Map<ResourceID, Instant> since = new HashMap<>();

  VictimWait(Clock clock) {
    this.clock = clock;
  }

  /**
   * How many of its pairs wait.
   *
   * @param blocked how many could not come before pairs of lower priority have gone
   */
  int waiting(ResourceID id, int blocked) {
    if (blocked == 0) {
      since.remove(id);
      return 0;
    }
    Instant began = since.computeIfAbsent(id, i -> clock.instant());
    return clock.instant().isBefore(began.plus(LONGEST)) ? blocked : 0;
  }

  /** Those that have waited long enough. */
  List<ResourceID> over() {
    Instant now = clock.instant();
    return since.entrySet().stream()
        .filter(entry -> now.isAfter(entry.getValue().plus(LONGEST)))
        .map(Map.Entry::getKey)
        .toList();
  }

  void forget(Collection<ResourceID> gone) {
    since.keySet().removeAll(gone);
  }
}
