package dev.colocatedcache.affinity;

/** A taint of a node; absent parts are empty. */
record Taint(String key, String value, String effect) {

  static Taint of(io.fabric8.kubernetes.api.model.Taint taint) {
    return new Taint(
        Given.text(taint.getKey()), Given.text(taint.getValue()), Given.text(taint.getEffect()));
  }

  /** Whether it keeps new pods away: PreferNoSchedule does not. */
  boolean repels() {
    return effect.equals("NoSchedule") || effect.equals("NoExecute");
  }
}
