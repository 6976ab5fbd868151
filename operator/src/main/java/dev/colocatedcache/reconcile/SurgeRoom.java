package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.IncomingPod;
import dev.colocatedcache.affinity.NodeInfo;
import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where a new pod may come beside the old one, by the evaluator's answer. Asked only if needed. */
final class SurgeRoom {
  private final Workload workload;
  private final PairRequest request;
  private final AdmissionContext admission;
  private final Pairs pairs;
  private final Snapshot now;
  private final Map<Role, List<NodeRejection>> rejected = new EnumMap<>(Role.class);

  /**
   * @param request how many pairs fit, of the current templates
   * @param now the cluster as it runs
   */
  SurgeRoom(Workload workload, PairRequest request, AdmissionContext admission, Snapshot now) {
    this.workload = workload;
    this.request = request;
    this.admission = admission;
    this.pairs = new Pairs(admission.version());
    this.now = now;
  }

  /** The nodes of running pairs that do not hold a new pod of that role beside the old one. */
  List<NodeRejection> rejected(Role role) {
    return rejected.computeIfAbsent(
        role, r -> pairs.roomBeside(now, request, half(workload.role(r))).rejected());
  }

  /**
   * The domains of running pairs where an anchor of that template may come beside one of another.
   */
  Set<String> placesFor(RunningPod anchor) {
    if (!workload.surges()) {
      return Set.of();
    }
    IncomingPod pod = incoming(workload.anchor(), anchor);
    return Set.copyOf(
        pairs.roomBeside(now, request.withAnchor(pod), NodeRejection.Role.ANCHOR).domains());
  }

  /** Whether one of {@code pods} waits for a node and finds none. */
  boolean isStuck(RoleModel model, List<RunningPod> pods) {
    return pods.stream()
        .filter(pod -> pod.node() == null && !pod.terminating() && !isBound(pod, model))
        .anyMatch(
            pod ->
                pod.gates().contains(Workload.GATE)
                    ? placesFor(pod).isEmpty()
                    : !pairs.fitsAnywhere(now, request, incoming(model, pod)));
  }

  /** The snapshot may be younger than the pods. */
  private boolean isBound(RunningPod pod, RoleModel model) {
    for (NodeInfo node : now.nodes()) {
      if (node.pods().stream()
          .anyMatch(
              bound ->
                  bound.name().equals(pod.name()) && bound.namespace().equals(model.namespace()))) {
        return true;
      }
    }
    return false;
  }

  private IncomingPod incoming(RoleModel model, RunningPod pod) {
    PodTemplateSpec template =
        new PodTemplateSpecBuilder(model.template())
            .editMetadata()
            .addToLabels(RunningPod.TEMPLATE_HASH, pod.template())
            .endMetadata()
            .build();
    return IncomingPod.admitted(template, model.namespace(), admission);
  }

  private static NodeRejection.Role half(RoleModel model) {
    return model.anchor() ? NodeRejection.Role.ANCHOR : NodeRejection.Role.FOLLOWER;
  }
}
