package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How much is done so that an anchor never stands where its follower does not fit. */
public enum Pairing {
  /** The scheduler places anchors by itself; a follower that is left behind comes after. */
  @JsonProperty("BestEffort")
  BEST_EFFORT,
  /** Anchors wait behind a scheduling gate, which the operator opens. */
  @JsonProperty("Guaranteed")
  GUARANTEED
}
