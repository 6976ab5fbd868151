package dev.colocatedcache.affinity;

import java.util.List;

/** A toleration of a pod; absent parts are empty. */
record Toleration(String key, String operator, String value, String effect) {

  static Toleration of(io.fabric8.kubernetes.api.model.Toleration toleration) {
    return new Toleration(
        Given.text(toleration.getKey()),
        Given.text(toleration.getOperator()),
        Given.text(toleration.getValue()),
        Given.text(toleration.getEffect()));
  }

  static boolean anyTolerates(List<Toleration> tolerations, Taint taint) {
    for (Toleration toleration : tolerations) {
      if (toleration.tolerates(taint)) {
        return true;
      }
    }
    return false;
  }

  /** {@code ToleratesTaint}; the operators Lt and Gt are alpha and match nothing. */
  boolean tolerates(Taint taint) {
    if (!effect.isEmpty() && !effect.equals(taint.effect())) {
      return false;
    }
    if (!key.isEmpty() && !key.equals(taint.key())) {
      return false;
    }
    return switch (operator) {
      case "", "Equal" -> value.equals(taint.value());
      case "Exists" -> true;
      default -> false;
    };
  }
}
