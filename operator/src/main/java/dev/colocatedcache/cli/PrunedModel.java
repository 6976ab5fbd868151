package dev.colocatedcache.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;

/**
 * Reads the Kubernetes model without what no filter looks at, which is most of it: environments,
 * probes, volumes, images and managed fields are passed over as they come, and the classes that
 * would hold them are never loaded.
 */
final class PrunedModel {

  private PrunedModel() {}

  /** A mapper that refuses null in a list and takes a null in an object for nothing. */
  static ObjectMapper mapper() {
    return JsonMapper.builder()
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .defaultSetterInfo(JsonSetter.Value.construct(Nulls.SKIP, Nulls.FAIL))
        .addMixIn(ObjectMeta.class, Metadata.class)
        .addMixIn(PodSpec.class, PodSpecFields.class)
        .addMixIn(PodStatus.class, PodStatusFields.class)
        .addMixIn(Container.class, ContainerFields.class)
        .addMixIn(ContainerStatus.class, ContainerStatusFields.class)
        .addMixIn(NodeSpec.class, NodeSpecFields.class)
        .addMixIn(NodeStatus.class, NodeStatusFields.class)
        .build();
  }

  @JsonIgnoreProperties({"managedFields", "finalizers", "selfLink"})
  private interface Metadata {}

  @JsonIgnoreProperties({
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "ephemeralContainers",
    "hostAliases",
    "hostname",
    "imagePullSecrets",
    "readinessGates",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "subdomain",
    "terminationGracePeriodSeconds",
    "volumes"
  })
  private interface PodSpecFields {}

  @JsonIgnoreProperties({
    "ephemeralContainerStatuses",
    "hostIPs",
    "podIPs",
    "resourceClaimStatuses"
  })
  private interface PodStatusFields {}

  @JsonIgnoreProperties({
    "args",
    "command",
    "env",
    "envFrom",
    "image",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "readinessProbe",
    "securityContext",
    "startupProbe",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "volumeDevices",
    "volumeMounts",
    "workingDir"
  })
  private interface ContainerFields {}

  @JsonIgnoreProperties({
    "allocatedResourcesStatus",
    "containerID",
    "image",
    "imageID",
    "lastState",
    "state",
    "user",
    "volumeMounts"
  })
  private interface ContainerStatusFields {}

  @JsonIgnoreProperties({"configSource"})
  private interface NodeSpecFields {}

  @JsonIgnoreProperties({
    "addresses",
    "conditions",
    "config",
    "daemonEndpoints",
    "features",
    "images",
    "nodeInfo",
    "runtimeHandlers",
    "volumesAttached",
    "volumesInUse"
  })
  private interface NodeStatusFields {}
}
