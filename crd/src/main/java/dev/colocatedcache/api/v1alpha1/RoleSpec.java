package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
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
@ValidationRule(
    value = "has(self.name) == has(oldSelf.name) && (!has(self.name) || self.name == oldSelf.name)",
    message =
        "name is immutable, for it names the running Deployment and Service: create a"
            + " ColocatedCache with the new name beside this one, then delete this one")
@ValidationRule(
    value =
        "(has(self.template.metadata) && has(self.template.metadata.labels) &&"
            + " 'app.kubernetes.io/component' in self.template.metadata.labels ?"
            + " self.template.metadata.labels['app.kubernetes.io/component'] : '') =="
            + " (has(oldSelf.template.metadata) && has(oldSelf.template.metadata.labels) &&"
            + " 'app.kubernetes.io/component' in oldSelf.template.metadata.labels ?"
            + " oldSelf.template.metadata.labels['app.kubernetes.io/component'] : '')",
    message =
        "the template's label app.kubernetes.io/component is immutable, for the Deployment selects"
            + " its pods by it: create a ColocatedCache with the new label beside this one, then"
            + " delete this one")
public record RoleSpec(
    @JsonPropertyDescription(
            "Name of the Deployment and the Service. Default: the ColocatedCache's name for the"
                + " service, and that name with -cache appended for the cache. Immutable.")
        @Size(min = 1, max = 63)
        @Pattern("^[a-z]([-a-z0-9]*[a-z0-9])?$")
        String name,
    @JsonPropertyDescription(
            "The pods, as in a Deployment: everything that its template takes, this one takes. The"
                + " operator adds labels, and the affinity that keeps a pair together, to what is"
                + " written here; it takes nothing away.")
        @Required
        PodTemplateSpec template,
    @JsonPropertyDescription(
            "Ports of the Service. Default: the ports that the containers declare. An empty list: no"
                + " Service.")
        List<ServicePort> ports) {}
