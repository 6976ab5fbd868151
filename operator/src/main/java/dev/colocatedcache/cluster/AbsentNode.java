package dev.colocatedcache.cluster;

import java.time.Instant;

/**
 * A node that nobody has taken away on purpose, and that holds no pods just now.
 *
 * @param name of the node
 * @param gone whether there is no such Node any more; else it is not Ready
 * @param since when it has been so
 */
public record AbsentNode(String name, boolean gone, Instant since) {}
