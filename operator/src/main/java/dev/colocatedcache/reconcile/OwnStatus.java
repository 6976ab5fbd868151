package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import java.util.Objects;

/** Tells a status that we have written, and that comes back as an update, from what concerns us. */
public final class OwnStatus {
  private OwnStatus() {}

  /** Whether an update of a ColocatedCache is more than our own status coming back. */
  public static boolean concernsUs(ColocatedCache now, ColocatedCache before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
        || !Objects.equals(
            now.getMetadata().getAnnotations(), before.getMetadata().getAnnotations())
        || !Objects.equals(now.getStatus(), before.getStatus());
  }
}
