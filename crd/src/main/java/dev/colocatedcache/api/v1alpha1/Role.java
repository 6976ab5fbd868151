package dev.colocatedcache.api.v1alpha1;

/** The two halves of a pair. */
public enum Role {
  SERVICE("service"),
  CACHE("cache");

  private final String value;

  Role(String value) {
    this.value = value;
  }

  /** The role as it stands in labels, in field paths and in messages. */
  public String value() {
    return value;
  }

  /** The other half of the pair. */
  public Role other() {
    return this == SERVICE ? CACHE : SERVICE;
  }
}
