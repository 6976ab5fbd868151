package dev.colocatedcache.workload;

/**
 * The labels that children and their pods carry.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/">Recommended
 *     labels</a>
 */
public final class Labels {
  /** What the program is: the template's own value, else the role's name. */
  public static final String NAME = "app.kubernetes.io/name";

  /** Which ColocatedCache it belongs to: always its name, for selectors rely on it. */
  public static final String INSTANCE = "app.kubernetes.io/instance";

  /** Which half of the pair it is: the template's own value, else the role. */
  public static final String COMPONENT = "app.kubernetes.io/component";

  /** What it is a part of: the template's own value, else the ColocatedCache's name. */
  public static final String PART_OF = "app.kubernetes.io/part-of";

  /** What looks after it: {@link #OPERATOR} on every child. */
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /**
   * Which half of the pair it is, in the operator's own words: {@code service} or {@code cache}.
   */
  public static final String ROLE = "colocatedcache.dev/role";

  /** The value of {@link #MANAGED_BY}. */
  public static final String OPERATOR = "colocatedcache-operator";

  private Labels() {}
}
