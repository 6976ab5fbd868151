package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a field of a child stands in the ColocatedCache: there a person can change it. */
public final class FieldPaths {
  /** Not in the middle of a longer path, and not a quoted value. */
  private static final String START = "(?<![\\w.\"'])\\.?";

  private static final Pattern TEMPLATE_METADATA =
      Pattern.compile(START + "spec\\.template\\.(?=(labels|annotations)\\b)");
  private static final Pattern TEMPLATE = Pattern.compile(START + "spec\\.template\\b");
  private static final Pattern PORTS = Pattern.compile(START + "spec\\.ports\\b");
  private static final Pattern POD = Pattern.compile(START + "(?=(spec|metadata)\\.)");

  private FieldPaths() {}

  /** Of a Deployment. The API server leaves metadata out of the path of a template's labels. */
  public static String ofDeployment(Role role, String message) {
    String template = "spec." + role.value() + ".template";
    String labels = TEMPLATE_METADATA.matcher(message).replaceAll(template + ".metadata.");
    return TEMPLATE.matcher(labels).replaceAll(template);
  }

  /** Of a Service. */
  public static String ofService(Role role, String message) {
    return PORTS.matcher(message).replaceAll("spec." + role.value() + ".ports");
  }

  /** Of a pod. */
  public static String ofPod(Role role, String message) {
    return POD.matcher(message)
        .replaceAll(Matcher.quoteReplacement("spec." + role.value() + ".template."));
  }

  /** Of a pod as it is read from the template, named in front where the message names no field. */
  public static String ofTemplate(Role role, String message) {
    String translated = ofPod(role, message);
    String template = "spec." + role.value() + ".template";
    return translated.startsWith(template) ? translated : template + ": " + translated;
  }
}
