package dev.colocatedcache.cluster;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.Change;
import dev.colocatedcache.affinity.KubernetesVersion;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The objects by which the API server changes pods as it admits them: limit ranges, runtime classes
 * and priority classes. Not thread-safe: {@link ClusterView} locks.
 */
final class AdmissionObjects {
  private final Map<String, HasMetadata> objects = new TreeMap<>();

  Change put(HasMetadata object) {
    objects.put(key(object), object);
    return Change.CLUSTER_WIDE;
  }

  Change remove(HasMetadata object) {
    return objects.remove(key(object)) == null ? Change.NONE : Change.CLUSTER_WIDE;
  }

  AdmissionContext context(String namespace, KubernetesVersion version) {
    return new AdmissionContext(
        all(LimitRange.class).stream()
            .filter(range -> namespace.equals(range.getMetadata().getNamespace()))
            .toList(),
        all(RuntimeClass.class),
        all(PriorityClass.class),
        version);
  }

  private <T extends HasMetadata> List<T> all(Class<T> type) {
    return objects.values().stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static String key(HasMetadata object) {
    return object.getKind()
        + "/"
        + object.getMetadata().getNamespace()
        + "/"
        + object.getMetadata().getName();
  }
}
