/**
 * The life test: from a seed, hundreds of operations on a small world of nodes and ColocatedCaches
 * on a real control plane, and after each burst of them the invariants.
 *
 * <p>{@link dev.colocatedcache.life.Script} says what happens and knows no cluster; {@link
 * dev.colocatedcache.life.World} plays it. An operation is a record that implements {@link
 * dev.colocatedcache.life.Operation} and a line in {@link dev.colocatedcache.life.Repertoire}; an
 * invariant is a class that implements {@link dev.colocatedcache.life.Invariant} and a line in
 * {@link dev.colocatedcache.life.Invariants}.
 */
package dev.colocatedcache.life;
