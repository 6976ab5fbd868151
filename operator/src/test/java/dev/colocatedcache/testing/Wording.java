package dev.colocatedcache.testing;

/** What older versions of Kubernetes say in other words, in those of the newest. */
public final class Wording {
  private Wording() {}

  /** A refusal of the API server's. An older one says that a rule speaks of an object. */
  public static String ofApiServer(String refusal) {
    return refusal.replace("Invalid value: \"object\": ", "Invalid value: ");
  }
}
