/** What runs beside the reconciler so that a cluster can run it: probes and metrics. */
package dev.colocatedcache.ops;
