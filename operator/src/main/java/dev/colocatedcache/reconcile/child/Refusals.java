package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.FieldPaths;
import dev.colocatedcache.status.PodRefusal;
import dev.colocatedcache.status.Problem;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  /** Of the authorizer, which is nobody's template's fault. */
  private static final Pattern NO_PERMISSION = Pattern.compile("User \"[^\"]*\" cannot ");

  private static final Pattern QUOTA = Pattern.compile("exceeded quota: ([^,\\s]+)");

  private static final Pattern VARIABLE =
      Pattern.compile("\\b(init|)[cC]ontainers\\[(\\d{1,4})\\]\\.env\\[(\\d{1,4})\\]");

  /** What is named already. */
  private static final Pattern SUBJECT =
      Pattern.compile("^\\S+ \"[^\"]*\" is (invalid|forbidden): ");

  /**
   * How the API server calls a pod: what it forbids by its resource, what is invalid by its kind.
   */
  private static final Set<String> POD = Set.of("pods", "Pod");

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

  /**
   * The problem behind {@code e}, met with {@code child}; empty where trying again may do.
   *
   * @param role whose child it is; null where it belongs to neither
   */
  static Optional<Problem> problem(KubernetesClientException e, Role role, HasMetadata child) {
    if (isOver(e)) {
      return Optional.empty();
    }
    String message = message(e);
    Problem.Reason reason;
    if (NOT_ALLOWED.contains(e.getCode())) {
      reason = Problem.Reason.Forbidden;
    } else if (INVALID.contains(e.getCode()) || message.contains(UNMERGEABLE)) {
      reason = Problem.Reason.Rejected;
    } else {
      return Optional.empty();
    }
    String sentence = sentence(e, reason, role, child);
    return Optional.of(
        new Problem(
            reason,
            child instanceof Deployment deployment ? asWritten(sentence, deployment) : sentence));
  }

  private static String sentence(
      KubernetesClientException e, Problem.Reason reason, Role role, HasMetadata child) {
    String what = child.getKind() + " " + child.getMetadata().getName();
    String message = message(e);
    if (NO_PERMISSION.matcher(message).find()) {
      return ("%s is not allowed by the API server: %s: grant the operator's service account this"
              + " permission, as deploy/base/rbac.yaml does")
          .formatted(what, message);
    }
    if (concernsPod(e)) {
      return "the pods of %s are refused by the API server: %s"
          .formatted(what, PodRefusal.explained(role, child.getMetadata().getNamespace(), message));
    }
    String reasons = SUBJECT.matcher(message).replaceFirst("");
    reasons =
        role == null
            ? reasons
            : child instanceof Deployment
                ? FieldPaths.ofDeployment(role, reasons)
                : FieldPaths.ofService(role, reasons);
    Matcher quota = QUOTA.matcher(reasons);
    if (quota.find()) {
      return "%s is not allowed by the API server: %s: raise the ResourceQuota %s"
          .formatted(what, reasons, quota.group(1));
    }
    String path = role == null ? "spec" : "spec." + role.value();
    if (reason == Problem.Reason.Forbidden) {
      return "%s is not allowed by the API server: %s: change %s, or what forbids it"
          .formatted(what, reasons, path);
    }
    boolean pathFirst = reasons.startsWith(path) || reasons.startsWith("[" + path);
    return "%s is refused by the API server: change %s"
        .formatted(what, pathFirst ? reasons : path + ": " + reasons);
  }

  /** A variable's place as it is in the template, which lacks those that the operator adds. */
  private static String asWritten(String sentence, Deployment child) {
    PodSpec pod = child.getSpec() == null ? new PodSpec() : child.getSpec().getTemplate().getSpec();
    return VARIABLE
        .matcher(sentence)
        .replaceAll(
            found -> {
              List<Container> containers =
                  found.group(1).isEmpty() ? pod.getContainers() : pod.getInitContainers();
              int container = Integer.parseInt(found.group(2));
              int inFront =
                  container < containers.size()
                      ? Workload.variablesInFront(containers.get(container))
                      : 0;
              int variable = Integer.parseInt(found.group(3));
              return "%sontainers[%d].env[%d]"
                  .formatted(
                      found.group(1).isEmpty() ? "c" : "initC",
                      container,
                      variable < inFront ? variable : variable - inFront);
            });
  }

  private static boolean concernsPod(KubernetesClientException e) {
    StatusDetails details = e.getStatus() == null ? null : e.getStatus().getDetails();
    return details != null && POD.contains(Objects.requireNonNullElse(details.getKind(), ""));
  }

  /** What the server said, without the client's wrapping. */
  public static String message(KubernetesClientException e) {
    String message = e.getStatus() == null ? null : e.getStatus().getMessage();
    if (message == null || message.isBlank()) {
      message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
    return message;
  }
}
