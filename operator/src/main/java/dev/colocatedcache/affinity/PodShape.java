package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;

/**
 * All that the filters see of a pod and that the pods of one ReplicaSet have in common. Pods share
 * one instance, so that a hundred thousand of them stay small and a selector is matched once a
 * shape, not once a pod.
 */
record PodShape(
    String namespace,
    Labels labels,
    Resources requests,
    List<HostPort> hostPorts,
    List<AffinityTerm> antiAffinity,
    int priority,
    String replicaSet,
    String deployment) {

  /** The same of pods that a Deployment has made. */
  PodShape of(String madeBy) {
    return new PodShape(
        namespace, labels, requests, hostPorts, antiAffinity, priority, replicaSet, madeBy);
  }

  private static final String TEMPLATE_HASH = "pod-template-hash";

  /** Whether such pods keep pods of other namespaces away. */
  boolean repelsOtherNamespaces() {
    for (AffinityTerm term : antiAffinity) {
      if (term.reachesBeyond(namespace)) {
        return true;
      }
    }
    return false;
  }

  /** The same with other labels. */
  PodShape labelled(Labels others) {
    return new PodShape(
        namespace, others, requests, hostPorts, antiAffinity, priority, replicaSet, deployment);
  }

  /** The shape of a pod as the API server stores it. */
  static PodShape of(
      ObjectMeta metadata, PodSpec spec, PodStatus status, KubernetesVersion version) {
    String namespace = Given.text(metadata.getNamespace());
    Labels labels = Labels.of(metadata.getLabels());
    String replicaSet = controllingReplicaSet(metadata);
    Integer priority = spec.getPriority();
    return new PodShape(
        namespace,
        labels,
        PodRequests.ofExisting(spec, status, version),
        HostPort.of(spec),
        antiAffinity(spec.getAffinity(), namespace),
        priority == null ? 0 : priority,
        replicaSet,
        deployment(replicaSet, labels));
  }

  /**
   * The scheduler too goes on without the terms of a stored pod where one of them cannot be read.
   */
  private static List<AffinityTerm> antiAffinity(Affinity affinity, String namespace) {
    try {
      return AffinityTerm.antiAffinity(affinity, namespace);
    } catch (InvalidInputException unreadable) {
      return List.of();
    }
  }

  private static String controllingReplicaSet(ObjectMeta metadata) {
    for (OwnerReference owner : Given.list(metadata.getOwnerReferences())) {
      if (Boolean.TRUE.equals(owner.getController()) && "ReplicaSet".equals(owner.getKind())) {
        return owner.getName();
      }
    }
    return null;
  }

  /** The Deployment that made a pod, or null. */
  static String deployment(ObjectMeta metadata) {
    return deployment(controllingReplicaSet(metadata), Labels.of(metadata.getLabels()));
  }

  /** The Deployment controller names its ReplicaSets after itself and the template's hash. */
  private static String deployment(String replicaSet, Labels labels) {
    String hash = labels.get(TEMPLATE_HASH);
    String suffix = "-" + hash;
    return replicaSet == null || hash == null || !replicaSet.endsWith(suffix)
        ? null
        : replicaSet.substring(0, replicaSet.length() - suffix.length());
  }
}
