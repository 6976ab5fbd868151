/**
 * The cluster as informers see it, kept as the compact model that the affinity evaluator judges.
 * Nothing here asks the API server on a reconcile, and no whole Pod is kept.
 */
package dev.colocatedcache.cluster;
