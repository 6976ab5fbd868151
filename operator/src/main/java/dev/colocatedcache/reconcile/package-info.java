/**
 * The reconciler and its event sources: observe, evaluate, apply, report. This package and those
 * below it are the only ones that write to the cluster.
 */
package dev.colocatedcache.reconcile;
