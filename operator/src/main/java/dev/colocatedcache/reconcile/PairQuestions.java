package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.QuotaCharge;
import dev.colocatedcache.affinity.Rank;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.workload.Workload;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** What a ColocatedCache asks for in the cluster that there is. {@link Competition} locks. */
final class PairQuestions {
  private final ClusterView cluster;
  private final Standings standings;

  PairQuestions(ClusterView cluster, Standings standings) {
    this.cluster = cluster;
    this.standings = standings;
  }

  /** What it asks for, quotas apart. */
  PairQuestion of(ColocatedCache resource, Workload workload) {
    return PairQuestion.of(resource, workload, admission(workload));
  }

  /**
   * What it asks for, as far as quotas allow it beside what others were granted.
   *
   * @param running how many pairs it has
   * @param stalled for whom no quota is held
   */
  PairQuestion of(
      ColocatedCache resource, Workload workload, int running, Set<ResourceID> stalled) {
    String namespace = workload.anchor().namespace();
    List<QuotaCharge> own = new ArrayList<>();
    for (Role role : Role.values()) {
      own.addAll(cluster.charges(namespace, workload.role(role).name()));
    }
    return of(resource, workload)
        .within(
            cluster.quotas(namespace),
            own,
            promised(ResourceID.fromResource(resource), namespace, stalled),
            running);
  }

  /** What quotas will charge for what others in the namespace were granted and do not use yet. */
  private List<QuotaCharge> promised(ResourceID but, String namespace, Set<ResourceID> stalled) {
    List<QuotaCharge> promised = new ArrayList<>();
    if (cluster.quotas(namespace).isEmpty()) {
      return promised;
    }
    standings.forEach(
        (id, standing) -> {
          PairRequest request = standing.question().request();
          if (!id.equals(but) && request.namespace().equals(namespace) && !stalled.contains(id)) {
            int anchors = standing.granted() - anchors(request);
            int followers = standing.granted() - followers(request);
            promised.addAll(
                Collections.nCopies(Math.max(0, anchors), request.anchor().quotaCharge()));
            promised.addAll(
                Collections.nCopies(Math.max(0, followers), request.follower().quotaCharge()));
          }
        });
    return promised;
  }

  /** How many whole pairs there can be of the pods that are there. */
  int pairs(PairRequest request) {
    return Math.min(anchors(request), followers(request));
  }

  private int anchors(PairRequest request) {
    return cluster.charges(request.namespace(), request.anchorDeployment()).size();
  }

  private int followers(PairRequest request) {
    return cluster.charges(request.namespace(), request.followerDeployment()).size();
  }

  /** How many whole pairs there can be of the pods that stay. */
  int alivePairs(Workload workload) {
    int alive = Integer.MAX_VALUE;
    for (Role role : Role.values()) {
      alive =
          Math.min(
              alive,
              (int)
                  cluster.pods(workload.anchor().namespace(), workload.role(role).name()).stream()
                      .filter(pod -> !pod.terminating())
                      .count());
    }
    return alive;
  }

  AdmissionContext admission(Workload workload) {
    return cluster.admission(workload.anchor().namespace());
  }

  static Rank rank(ColocatedCache resource, PairQuestion question) {
    return new Rank(
        question.request().anchor().priority(),
        resource.getMetadata().getCreationTimestamp(),
        resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName());
  }
}
