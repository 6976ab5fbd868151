package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.List;

/**
 * What the API server looks at besides the pod when it admits one.
 *
 * @param limitRanges those of the pod's namespace
 * @param runtimeClasses all of the cluster
 * @param priorityClasses all of the cluster
 * @param version of the API server
 */
public record AdmissionContext(
    List<LimitRange> limitRanges,
    List<RuntimeClass> runtimeClasses,
    List<PriorityClass> priorityClasses,
    KubernetesVersion version) {

  /** A cluster without any such objects, of the default version. */
  public static final AdmissionContext NONE =
      new AdmissionContext(List.of(), List.of(), List.of(), KubernetesVersion.DEFAULT);

  public AdmissionContext {
    limitRanges = List.copyOf(limitRanges);
    runtimeClasses = List.copyOf(runtimeClasses);
    priorityClasses = List.copyOf(priorityClasses);
  }
}
