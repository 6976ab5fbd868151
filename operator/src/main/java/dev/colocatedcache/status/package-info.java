/**
 * What is reported: conditions and status, worked out from what was observed and granted. Pure: the
 * same input gives the same status, so that a resource at rest is not written again.
 */
package dev.colocatedcache.status;
