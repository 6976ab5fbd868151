package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The half of a pair that is placed first. */
public enum Anchor {
  /** The cache is placed first and the service follows it. */
  @JsonProperty("Cache")
  CACHE,
  /** The service is placed first and the cache follows it. */
  @JsonProperty("Service")
  SERVICE
}
