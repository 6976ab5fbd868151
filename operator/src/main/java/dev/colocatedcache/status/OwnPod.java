package dev.colocatedcache.status;

import dev.colocatedcache.api.v1alpha1.Role;

/**
 * A pod of a ColocatedCache, as far as pairs are concerned.
 *
 * @param role which half it is
 * @param node that it is bound to; null while it is not
 * @param domain the node's value of the topology key; null where the pod is on no node or the node
 *     lacks the key
 * @param ready whether its condition Ready is True
 * @param terminating whether it has a deletionTimestamp
 * @param trouble why a container of it cannot run; null where nothing is known to be wrong
 */
public record OwnPod(
    Role role, String node, String domain, boolean ready, boolean terminating, String trouble) {}
