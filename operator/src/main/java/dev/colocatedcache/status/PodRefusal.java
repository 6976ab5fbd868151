package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the API server says against a pod of a role, and what somebody can do about it.
 *
 * <p>The words are those of its admission plugins: ServiceAccount, ResourceQuota, LimitRanger,
 * Priority, RuntimeClass, PodSecurity, and the webhooks and policies that a cluster adds.
 */
public final class PodRefusal {
  /** Names the pod, by a name that was made up for it and is another one each time. */
  private static final Pattern SUBJECT =
      Pattern.compile("^(pods|Pod) \"[^\"]*\" is (forbidden|invalid): ");

  private static final List<Remedy> REMEDIES =
      List.of(
          remedy(
              "serviceaccount \"([^\"]+)\" not found",
              c ->
                  "create it with `kubectl -n %s create serviceaccount %s`, or change %s.spec.serviceAccountName"
                      .formatted(c.namespace(), c.found().group(1), c.template())),
          remedy(
              "exceeded quota: ([^,\\s]+)",
              c ->
                  "raise the ResourceQuota %s, lower the requests and limits in %s, or ask for fewer replicas"
                      .formatted(c.found().group(1), c.template())),
          remedy(
              "failed quota: ([^:\\s]+): must specify",
              c ->
                  "set them in the containers' resources in %s, or change the ResourceQuota %s"
                      .formatted(c.template(), c.found().group(1))),
          remedy(
              "(maximum|minimum) \\S+ usage per (Container|Pod)"
                  + "|max limit to request ratio per (Container|Pod)",
              c ->
                  "change the containers' resources in %s, or the namespace's LimitRange"
                      .formatted(c.template())),
          remedy(
              "must be less than or equal to \\S+ limit",
              c ->
                  ("change the containers' resources in %s, or the namespace's LimitRange, which sets"
                          + " a limit where a template has none")
                      .formatted(c.template())),
          remedy(
              "no PriorityClass with name (\\S+) was found",
              c ->
                  "create the PriorityClass %s, or change %s.spec.priorityClassName"
                      .formatted(c.found().group(1), c.template())),
          remedy(
              "RuntimeClass \"([^\"]+)\" not found",
              c ->
                  "create the RuntimeClass %s, or change %s.spec.runtimeClassName"
                      .formatted(c.found().group(1), c.template())),
          remedy(
              "violates PodSecurity",
              c ->
                  "change the securityContext in %s, or the namespace's label pod-security.kubernetes.io/enforce"
                      .formatted(c.template())),
          remedy("", c -> "change %s, or what refuses its pods".formatted(c.template())));

  private PodRefusal() {}

  private record Context(MatchResult found, String template, String namespace) {}

  private record Remedy(Pattern refusal, Function<Context, String> sentence) {}

  private static Remedy remedy(String refusal, Function<Context, String> sentence) {
    return new Remedy(Pattern.compile(refusal), sentence);
  }

  /**
   * The refusal without the pod's name, with the paths of the ColocatedCache, and with what to
   * change.
   *
   * @param namespace of the pod
   * @param message of the API server
   */
  public static String explained(Role role, String namespace, String message) {
    String reason = FieldPaths.ofPod(role, SUBJECT.matcher(message).replaceFirst(""));
    String template = "spec." + role.value() + ".template";
    for (Remedy remedy : REMEDIES) {
      Matcher matcher = remedy.refusal().matcher(message);
      if (matcher.find()) {
        Context context = new Context(matcher.toMatchResult(), template, namespace);
        return reason + ": " + remedy.sentence().apply(context);
      }
    }
    throw new AssertionError("the last remedy fits every refusal");
  }
}
