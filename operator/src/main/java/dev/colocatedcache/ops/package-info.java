/**
 * What runs beside the reconciler so that a cluster can run it: probes, metrics, the log and leader
 * election.
 */
package dev.colocatedcache.ops;
