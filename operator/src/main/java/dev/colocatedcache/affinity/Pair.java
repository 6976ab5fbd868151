package dev.colocatedcache.affinity;

/**
 * A place for an anchor and its follower.
 *
 * @param domain the value of the topology key
 * @param anchorNode the node for the anchor
 * @param followerNode the node for the follower; another one only where a domain has several
 * @param retained whether both run there now
 */
public record Pair(String domain, String anchorNode, String followerNode, boolean retained) {}
