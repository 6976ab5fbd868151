package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.generator.annotation.Nullable;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.List;

/**
 * One half of a pair.
 *
 * @param name of the Deployment and the Service; null: the default of the role
 * @param template of the pods
 * @param ports of the Service; null: the containers' ports; empty: no Service
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RoleSpec(
    @JsonPropertyDescription(
            "Name of the Deployment and the Service. Default: the ColocatedCache's name for the"
                + " service, and that name with -cache appended for the cache. Immutable.")
        @Size(min = 1, max = 63)
        @ValidationRule(
            value = "self.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
            message =
                "it names a Deployment and a Service: use lower case letters, digits and '-',"
                    + " starting with a letter and ending with a letter or digit")
        @Nullable
        String name,
    @JsonPropertyDescription(
            "The pods, as in a Deployment: everything that its template takes, this one takes. The"
                + " operator adds labels, and the affinity that keeps a pair together, to what is"
                + " written here; it takes nothing away.")
        @Required
        @JsonDeserialize(using = WithoutNulls.PodTemplateSpecReader.class)
        PodTemplateSpec template,
    @JsonPropertyDescription(
            "Ports of the Service. Default: the ports that the containers declare. An empty list: no"
                + " Service.")
        @ValidationRule(
            value = "self.size() <= 1 || self.all(port, port.?name.orValue('') != '')",
            message = "a Service with several ports tells them apart by name: give each port one")
        @JsonDeserialize(contentUsing = WithoutNulls.ServicePortReader.class)
        List<ServicePort> ports) {}
