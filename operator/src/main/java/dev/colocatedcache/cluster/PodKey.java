package dev.colocatedcache.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;

/**
 * The Deployment that a pod belongs to.
 *
 * @param namespace of both
 * @param deployment by name
 */
record PodKey(String namespace, String deployment) {
  private static final String TEMPLATE_HASH = "pod-template-hash";

  /**
   * The Deployment of {@code pod}, or null if it has none: a Deployment names its ReplicaSets after
   * itself and the hash of the template, and the hash is a label of the pod.
   */
  static PodKey of(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    String hash = labels == null ? null : labels.get(TEMPLATE_HASH);
    if (hash == null) {
      return null;
    }
    for (OwnerReference owner : pod.getMetadata().getOwnerReferences()) {
      String suffix = "-" + hash;
      if (Boolean.TRUE.equals(owner.getController())
          && "ReplicaSet".equals(owner.getKind())
          && owner.getName().endsWith(suffix)) {
        String name = owner.getName().substring(0, owner.getName().length() - suffix.length());
        return new PodKey(pod.getMetadata().getNamespace(), name);
      }
    }
    return null;
  }
}
