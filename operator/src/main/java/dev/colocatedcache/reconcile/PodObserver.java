package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.Selectors;
import dev.colocatedcache.status.Observation;
import dev.colocatedcache.status.OwnPod;
import dev.colocatedcache.workload.CapacityTerms;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sees what runs of a ColocatedCache, for its status to tell. */
final class PodObserver {
  private final ClusterView cluster;
  private final ClusterEventSource changes;
  private final LiveChildren live;
  private final Competition competition;

  PodObserver(
      ClusterView cluster, ClusterEventSource changes, LiveChildren live, Competition competition) {
    this.cluster = cluster;
    this.changes = changes;
    this.live = live;
    this.competition = competition;
  }

  /** What runs of {@code workload}, that of {@code owner}; its pods wake it from now on. */
  Observation observe(ColocatedCache owner, Workload workload) {
    Map<Role, Deployment> deployments = new EnumMap<>(Role.class);
    List<OwnPod> pods = new ArrayList<>();
    Snapshot there = cluster.snapshot();
    // A pod on a node that has gone is still beside its other half.
    Snapshot known =
        cluster.snapshotWith(cluster.absent(CapacityTerms.of(owner.getSpec()).scaleDownDelay()));
    for (Role role : Role.values()) {
      RoleModel model = workload.role(role);
      changes.follow(ResourceID.fromResource(owner), model.name());
      live.ours(owner, model.name()).ifPresent(deployment -> deployments.put(role, deployment));
      for (RunningPod pod : cluster.pods(model.namespace(), model.name())) {
        String domain =
            pod.node() == null ? null : known.domainOf(pod.node(), workload.topologyKey());
        boolean ready = pod.ready() && there.node(pod.node()) != null;
        pods.add(new OwnPod(role, pod.node(), domain, ready, pod.terminating(), pod.trouble()));
      }
    }
    Service cache = live.service(owner, workload.role(Role.CACHE).name()).orElse(null);
    Observation observation = new Observation(deployments, pods, rivalBudgets(workload), cache);
    if (observation.keepsPodsFromComing()) {
      competition.giveUp(ResourceID.fromResource(owner), changes);
    }
    return observation;
  }

  private List<String> rivalBudgets(Workload workload) {
    if (workload.disruptionBudget(Role.SERVICE).isEmpty()) {
      return List.of();
    }
    return live.foreignBudgets(workload.anchor().namespace()).stream()
        .filter(
            budget ->
                Stream.of(Role.values())
                    .map(role -> workload.role(role).template().getMetadata().getLabels())
                    .anyMatch(labels -> Selectors.match(budget.getSpec().getSelector(), labels)))
        .map(budget -> budget.getMetadata().getName())
        .sorted()
        .toList();
  }
}
