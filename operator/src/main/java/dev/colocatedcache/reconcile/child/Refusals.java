package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Problem;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.Set;

/**
 * Tells what only a person can mend from what passes by itself, and says it in terms of the
 * ColocatedCache.
 */
public final class Refusals {
  private static final int UNPROCESSABLE = 422;
  private static final Set<Integer> INVALID =
      Set.of(
          HttpURLConnection.HTTP_BAD_REQUEST,
          HttpURLConnection.HTTP_BAD_METHOD,
          HttpURLConnection.HTTP_ENTITY_TOO_LARGE,
          UNPROCESSABLE);
  private static final Set<Integer> NOT_ALLOWED =
      Set.of(HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN);

  /** Server-side apply reports lists that it cannot merge as an internal error. */
  private static final String UNMERGEABLE = "failed to create typed patch object";

  private static final String NAMESPACE_TERMINATING = "NamespaceTerminating";

  private Refusals() {}

  /** Whether the namespace or the object itself is going or gone: there is nothing left to do. */
  public static boolean isOver(KubernetesClientException e) {
    StatusDetails details = e.getStatus() == null ? null : e.getStatus().getDetails();
    if (details == null) {
      return false;
    }
    if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
      return "namespaces".equals(details.getKind()) || "colocatedcaches".equals(details.getKind());
    }
    return details.getCauses().stream()
        .anyMatch(cause -> NAMESPACE_TERMINATING.equals(cause.getReason()));
  }

  /** The problem behind {@code e}; empty where trying again may do. */
  static Optional<Problem> problem(KubernetesClientException e, Role role, String what) {
    if (isOver(e)) {
      return Optional.empty();
    }
    String message = message(e);
    if (NOT_ALLOWED.contains(e.getCode())) {
      return Optional.of(
          new Problem(
              Problem.Reason.Forbidden,
              what + " is not allowed by the API server: " + inTermsOf(role, message)));
    }
    if (INVALID.contains(e.getCode()) || message.contains(UNMERGEABLE)) {
      return Optional.of(
          new Problem(
              Problem.Reason.Rejected,
              what
                  + " is refused by the API server: change spec."
                  + role.value()
                  + ": "
                  + inTermsOf(role, message)));
    }
    return Optional.empty();
  }

  /** What the server said, without the client's wrapping. */
  public static String message(KubernetesClientException e) {
    String message = e.getStatus() == null ? null : e.getStatus().getMessage();
    if (message == null || message.isBlank()) {
      message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
    return message;
  }

  private static String inTermsOf(Role role, String message) {
    return message.replace("spec.template.", "spec." + role.value() + ".template.");
  }
}
