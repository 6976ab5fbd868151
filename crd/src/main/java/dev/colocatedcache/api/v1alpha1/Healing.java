package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a pair whose halves have come apart. */
public enum Healing {
  /** The follower that was left behind is evicted when it can be whole elsewhere. */
  @JsonProperty("Evict")
  EVICT,
  /** The pods stay where they are; status says which. */
  @JsonProperty("None")
  NONE
}
