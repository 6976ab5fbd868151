package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.Role;
import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * A child that has to be written.
 *
 * @param role whose child it is
 * @param kind why it is written
 * @param desired the child as it is applied
 * @param live the child as it is; null when there is none
 * @param field the first field that differs, as a path; empty for a child that is new
 * @param by who has put the field there; empty where that is not known
 */
record Change<T extends HasMetadata>(
    Role role, Kind kind, T desired, T live, String field, String by) {

  /** Why a child is written. */
  enum Kind {
    /** There was none. */
    CREATE,
    /** We now want something else. */
    INTENT,
    /** We want the same as before, but somebody has changed the child. */
    DRIFT,
    /** There is one of that name that we have been told to adopt. */
    ADOPT,
    /** It is no longer wanted. */
    DELETE
  }

  /** The child as it should be, or as it is where it should not be. */
  HasMetadata child() {
    return desired == null ? live : desired;
  }

  /** Whether it only brings back what was there before somebody else came. */
  boolean isRepair() {
    return kind == Kind.CREATE || kind == Kind.DRIFT;
  }

  /** The child in words, such as Deployment checkout. */
  String what() {
    return child().getKind() + " " + child().getMetadata().getName();
  }
}
