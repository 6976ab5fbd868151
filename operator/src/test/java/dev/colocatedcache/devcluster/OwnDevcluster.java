package dev.colocatedcache.devcluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The test class or test method has a cluster of its own, instead of the one that all share. It
 * costs a few seconds: use it where all nodes of the cluster count ({@code status.capacity.nodes}),
 * or where the test changes what is cluster-wide.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface OwnDevcluster {
  /** How many nodes it starts with: {@code node-1}, {@code node-2}, … of 4 CPUs and 16Gi each. */
  int nodes() default 0;

  /** Whether all requests are logged, for {@link Devcluster#auditLog()}. */
  boolean audit() default true;

  /** Seconds of silence after which a node counts as dead; 0 leaves Kubernetes' own default. */
  int nodeGraceSeconds() default 0;

  /** The older version whose features the control plane has, as in 1.33; empty: its own. */
  String emulate() default "";
}
