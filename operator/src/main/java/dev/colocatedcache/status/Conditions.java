package dev.colocatedcache.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers conditions as the Kubernetes API conventions want them: {@code lastTransitionTime} moves
 * only when the status flips, so that writing the same again changes nothing.
 */
final class Conditions {
  static final String READY = "Ready";
  static final String RECONCILING = "Reconciling";
  static final String STALLED = "Stalled";
  static final String CAPACITY_LIMITED = "CapacityLimited";
  static final String COLOCATED = "Colocated";
  static final String SURGE_LIMITED = "SurgeLimited";

  static final String TRUE = "True";
  static final String FALSE = "False";

  /** The API's bound on a condition's message. */
  private static final int MESSAGE_LIMIT = 32768;

  private final List<Condition> before;
  private final long generation;
  private final String now;
  private final List<Condition> result = new ArrayList<>();

  Conditions(List<Condition> before, Long generation, Instant now) {
    this.before = before;
    this.generation = generation == null ? 0 : generation;
    this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  Conditions set(String type, boolean status, String reason, String message) {
    String text = status ? TRUE : FALSE;
    Condition old = find(before, type);
    boolean flipped = old == null || !text.equals(old.getStatus());
    result.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(text)
            .withReason(reason)
            .withMessage(cut(message))
            .withObservedGeneration(generation)
            .withLastTransitionTime(flipped ? now : old.getLastTransitionTime())
            .build());
    return this;
  }

  /** Keeps what was said before, if anything was. */
  Conditions keep(String type) {
    Condition old = find(before, type);
    if (old != null) {
      result.add(old);
    }
    return this;
  }

  List<Condition> list() {
    return List.copyOf(result);
  }

  static Condition find(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> type.equals(c.getType())).findFirst().orElse(null);
  }

  private static String cut(String message) {
    return message.length() <= MESSAGE_LIMIT
        ? message
        : message.substring(0, MESSAGE_LIMIT - 1) + "…";
  }
}
