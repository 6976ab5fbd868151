package dev.colocatedcache.testing;

/** What older versions of Kubernetes say in other words, in those of the newest. */
public final class Wording {
  private Wording() {}

  /** A sentence of the scheduler's. Until 1.34 it named the taint, and counted each by itself. */
  public static String ofScheduler(String said) {
    return said.replaceAll("untolerated taint \\{[^}]*}", "untolerated taint(s)");
  }

  /** A refusal of the API server's. An older one says that a rule speaks of an object. */
  public static String ofApiServer(String refusal) {
    return refusal.replace("Invalid value: \"object\": ", "Invalid value: ");
  }
}
