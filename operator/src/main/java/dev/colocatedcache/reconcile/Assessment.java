package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Capacity;
import java.util.List;
import java.util.Map;

/**
 * What the cluster has room for.
 *
 * @param capacity what is granted of what is asked for
 * @param replicas of each role's Deployment
 * @param misplaced nodes that run an anchor whose follower does not fit there
 */
record Assessment(Capacity capacity, Map<Role, Integer> replicas, List<String> misplaced) {}
