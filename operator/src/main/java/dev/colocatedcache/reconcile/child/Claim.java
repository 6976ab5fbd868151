package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Problem;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.Map;
import java.util.Optional;

/**
 * Whether an object that bears a child's name is ours to write.
 *
 * <p>Ours is what we control through an owner reference. What nobody controls may be adopted, if
 * the annotation {@value #ADOPT} on the ColocatedCache says so. What another controller has is
 * never taken.
 */
final class Claim {
  /**
   * Set to {@code "true"} on a ColocatedCache, it lets it adopt objects that bear its children's
   * names.
   */
  static final String ADOPT = "colocatedcache.dev/adopt";

  private Claim() {}

  static boolean isOurs(ColocatedCache owner, HasMetadata live) {
    OwnerReference controller = controller(live);
    return controller != null && owner.getMetadata().getUid().equals(controller.getUid());
  }

  /**
   * Whether {@code live} belongs to a ColocatedCache of the same name that is gone: it was deleted
   * and made anew, and the garbage collector takes its children.
   */
  static boolean isOfPredecessor(ColocatedCache owner, HasMetadata live) {
    OwnerReference controller = controller(live);
    return controller != null
        && ColocatedCache.API_VERSION.equals(controller.getApiVersion())
        && owner.getKind().equals(controller.getKind())
        && owner.getMetadata().getName().equals(controller.getName())
        && !isOurs(owner, live);
  }

  /** Why {@code live} must be left alone; empty when it is ours or may be adopted. */
  static Optional<Problem> objection(
      ColocatedCache owner, Role role, HasMetadata live, Map<String, String> podLabels) {
    if (isOurs(owner, live)) {
      return Optional.empty();
    }
    String what = live.getKind() + " " + live.getMetadata().getName();
    OwnerReference controller = controller(live);
    if (controller != null) {
      return conflict(
          what
              + " belongs to "
              + controller.getKind()
              + " "
              + controller.getName()
              + ": choose another spec."
              + role.value()
              + ".name in a new ColocatedCache, or delete the other owner");
    }
    if (!mayAdopt(owner)) {
      return conflict(
          what
              + " exists and is not this ColocatedCache's: delete or rename it, or set the"
              + " annotation "
              + ADOPT
              + ": \"true\" on the ColocatedCache to adopt it"
              + (live instanceof PodDisruptionBudget
                  ? ", or set spec.disruptionBudget.mode to None"
                  : ""));
    }
    if (live instanceof Deployment deployment
        && !Selectors.match(deployment.getSpec().getSelector(), podLabels)) {
      return Optional.of(
          new Problem(
              Problem.Reason.SelectorMismatch,
              what
                  + " cannot be adopted: its selector "
                  + describe(deployment.getSpec().getSelector())
                  + " is immutable and does not match the labels of spec."
                  + role.value()
                  + ".template: add these labels to the template, or delete the Deployment"));
    }
    return Optional.empty();
  }

  private static Optional<Problem> conflict(String message) {
    return Optional.of(new Problem(Problem.Reason.NameConflict, message));
  }

  static boolean mayAdopt(ColocatedCache owner) {
    Map<String, String> annotations = owner.getMetadata().getAnnotations();
    return annotations != null && "true".equals(annotations.get(ADOPT));
  }

  private static OwnerReference controller(HasMetadata live) {
    return live.getMetadata().getOwnerReferences().stream()
        .filter(reference -> Boolean.TRUE.equals(reference.getController()))
        .findFirst()
        .orElse(null);
  }

  private static String describe(LabelSelector selector) {
    StringBuilder text = new StringBuilder();
    if (selector.getMatchLabels() != null) {
      selector.getMatchLabels().forEach((key, value) -> append(text, key + "=" + value));
    }
    selector
        .getMatchExpressions()
        .forEach(
            term ->
                append(
                    text,
                    term.getKey()
                        + " "
                        + term.getOperator()
                        + (term.getValues().isEmpty() ? "" : " " + term.getValues())));
    return text.toString();
  }

  private static void append(StringBuilder text, String term) {
    text.append(text.isEmpty() ? "" : ", ").append(term);
  }
}
