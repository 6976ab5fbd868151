/**
 * Tests on a real control plane: {@link dev.colocatedcache.devcluster.DevclusterExtension} brings
 * up what {@code devcluster/} builds and hands out clients, namespaces and nodes.
 */
package dev.colocatedcache.devcluster;
