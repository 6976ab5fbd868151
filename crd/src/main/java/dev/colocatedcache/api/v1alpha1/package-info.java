/**
 * The API {@code colocatedcache.dev/v1alpha1}.
 *
 * <p>Plain data: what a user writes, what the operator reports, and the rules that the API server
 * holds both to. The CustomResourceDefinition in this module is generated from these types; a test
 * keeps the two together.
 */
package dev.colocatedcache.api.v1alpha1;
