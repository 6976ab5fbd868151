package dev.colocatedcache.workload;

import dev.colocatedcache.api.v1alpha1.Role;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One half of a pair, ready to be placed.
 *
 * @param role which half
 * @param anchor whether it is placed first; the other half follows it
 * @param name of its Deployment and its Service
 * @param namespace of both, and of its pods
 * @param component its value of {@link Labels#COMPONENT}
 * @param selector what selects its pods and no others: instance and component, in that order
 * @param template the user's template with the generated labels and affinity added
 * @param ports of its Service; empty: it has none
 */
public record RoleModel(
    Role role,
    boolean anchor,
    String name,
    String namespace,
    String component,
    Map<String, String> selector,
    PodTemplateSpec template,
    List<ServicePort> ports) {

  public RoleModel {
    selector = Collections.unmodifiableMap(new LinkedHashMap<>(selector));
    ports = List.copyOf(ports);
  }
}
