/** The commands of the runnable jar. */
package dev.colocatedcache.cli;
