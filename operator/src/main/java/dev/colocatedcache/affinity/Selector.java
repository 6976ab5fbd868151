package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Requirement.Operator;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All of some requirements; none of them is everything, and {@link #NOTHING} is nothing. */
final class Selector {

  /** What an absent label selector is. */
  static final Selector NOTHING = new Selector(List.of(), true);

  /** What the empty label selector <code>{}</code> is. */
  static final Selector EVERYTHING = new Selector(List.of(), false);

  private final List<Requirement> requirements;

  private final boolean nothing;

  private Selector(List<Requirement> requirements, boolean nothing) {
    this.requirements = requirements;
    this.nothing = nothing;
  }

  static Selector of(List<Requirement> requirements) {
    return requirements.isEmpty() ? EVERYTHING : new Selector(List.copyOf(requirements), false);
  }

  /** {@code labels.SelectorFromSet}. */
  static Selector of(Map<String, String> labels) {
    List<Requirement> requirements = new ArrayList<>();
    labels.forEach((key, value) -> requirements.add(Requirement.equal(key, Given.text(value))));
    return of(requirements);
  }

  /**
   * {@code metav1.LabelSelectorAsSelector}.
   *
   * @throws InvalidInputException if an operator, key or value is not allowed
   */
  static Selector of(LabelSelector selector) {
    if (selector == null) {
      return NOTHING;
    }
    List<Requirement> requirements = new ArrayList<>();
    Given.map(selector.getMatchLabels())
        .forEach(
            (key, value) ->
                requirements.add(Requirement.of(key, Operator.IN, List.of(Given.text(value)))));
    for (LabelSelectorRequirement expression : Given.list(selector.getMatchExpressions())) {
      requirements.add(
          Requirement.of(
              Given.text(expression.getKey()),
              operator(expression.getOperator()),
              Given.list(expression.getValues())));
    }
    return of(requirements);
  }

  private static Operator operator(String operator) {
    return switch (Given.text(operator)) {
      case "In" -> Operator.IN;
      case "NotIn" -> Operator.NOT_IN;
      case "Exists" -> Operator.EXISTS;
      case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
      default ->
          throw new InvalidInputException(
              "\"" + operator + "\" is not a valid label selector operator");
    };
  }

  /** This selector and exact matches on the given labels as well; nothing stays nothing. */
  Selector and(Map<String, String> labels) {
    if (nothing || labels.isEmpty()) {
      return this;
    }
    List<Requirement> all = new ArrayList<>(requirements);
    labels.forEach((key, value) -> all.add(Requirement.equal(key, Given.text(value))));
    return of(all);
  }

  boolean matches(Labels labels) {
    if (nothing) {
      return false;
    }
    for (Requirement requirement : requirements) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it looks at the label of that key. */
  boolean asksFor(String key) {
    return requirements.stream().anyMatch(requirement -> requirement.key().equals(key));
  }

  boolean isEverything() {
    return !nothing && requirements.isEmpty();
  }

  boolean isNothing() {
    return nothing;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Selector selector
        && nothing == selector.nothing
        && requirements.equals(selector.requirements);
  }

  @Override
  public int hashCode() {
    return Objects.hash(requirements, nothing);
  }
}
