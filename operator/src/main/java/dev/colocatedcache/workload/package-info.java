/**
 * The children of a ColocatedCache as they should be: its Deployments and its Services.
 *
 * <p>Pure: a spec goes in, Kubernetes objects come out, the same ones every time. How many pairs
 * the cluster can hold is not known here; it is handed in.
 */
package dev.colocatedcache.workload;
