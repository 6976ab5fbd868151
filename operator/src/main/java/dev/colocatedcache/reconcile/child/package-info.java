/**
 * How one child (a Deployment or a Service) is held to what it should be: compared with what is
 * there, applied where it differs, and never taken from somebody else.
 */
package dev.colocatedcache.reconcile.child;
