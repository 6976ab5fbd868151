/**
 * What kube-scheduler's default profile would decide, without asking it: for a pod, the Filter
 * phase's verdict on every node in its words; for an anchor and its follower, how many pairs fit.
 *
 * <p>{@link dev.colocatedcache.affinity.ClusterModel} takes the cluster's objects in and gives
 * {@linkplain dev.colocatedcache.affinity.Snapshot snapshots} out; {@link
 * dev.colocatedcache.affinity.Scheduler} and {@link dev.colocatedcache.affinity.Pairs} judge them.
 * Each Filter plugin is a class of its own that bears its name. Nothing here does input or output,
 * logs, or knows the time.
 */
package dev.colocatedcache.affinity;
