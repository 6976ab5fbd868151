package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Snapshot;

/**
 * The cluster at a time when all whose answers can have changed by what is in it had been touched.
 *
 * @param number the higher, the newer
 */
record Seen(long number, Snapshot snapshot) {

  /**
   * The newer of both. What is held for others is known as of the newest that was worked from: seen
   * beside an older one, room would be free that their pods have taken in between, for it is not
   * held any more and they are not there yet.
   *
   * @param other null where there is none
   */
  Seen orNewer(Seen other) {
    return other == null || other.number < number ? this : other;
  }
}
