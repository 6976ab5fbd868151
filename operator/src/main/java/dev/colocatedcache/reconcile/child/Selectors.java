package dev.colocatedcache.reconcile.child;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;

/**
 * What a label selector of another object selects, by the rules of {@code metav1.LabelSelector}.
 */
public final class Selectors {
  private Selectors() {}

  /** Whether {@code labels} are selected: by an empty selector always, by none at all never. */
  public static boolean match(LabelSelector selector, Map<String, String> labels) {
    if (selector == null) {
      return false;
    }
    boolean byLabels =
        selector.getMatchLabels() == null
            || labels.entrySet().containsAll(selector.getMatchLabels().entrySet());
    return byLabels
        && selector.getMatchExpressions().stream().allMatch(term -> matches(term, labels));
  }

  private static boolean matches(LabelSelectorRequirement term, Map<String, String> labels) {
    String value = labels.get(term.getKey());
    List<String> values = term.getValues();
    return switch (term.getOperator()) {
      case "In" -> value != null && values.contains(value);
      case "NotIn" -> value == null || !values.contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      default -> false;
    };
  }
}
