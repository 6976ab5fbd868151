package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/**
 * Where the cache's Service sends traffic, which is less than the spec asks for where the API
 * server does not take the field that says so.
 *
 * @param policy what is in force, in the words of spec.traffic.policy
 * @param message the same in a sentence, and what to do where it is not what was asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrafficStatus(
    @JsonPropertyDescription(
            "What is in force, in the words of spec.traffic.policy: less than was asked for where the"
                + " API server does not know the field or its value.")
        Traffic.Policy policy,
    @JsonPropertyDescription(
            "The same in a sentence, with what to do where it is not what was asked for.")
        String message) {}
