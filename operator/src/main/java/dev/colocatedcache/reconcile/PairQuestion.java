package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.IncomingPod;
import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.PairQuota;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Quota;
import dev.colocatedcache.affinity.QuotaCharge;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.status.FieldPaths;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * A ColocatedCache as a question to the affinity evaluator, and the evaluator's answer in terms of
 * the ColocatedCache. Who plans asks the same question as the operator.
 *
 * @param request what the evaluator is asked
 * @param anchor the role that is placed first
 * @param topologyKey the node label whose values are the domains
 * @param requested pairs that are asked for
 * @param quota what ResourceQuotas allow; null where they allow all that is asked for
 */
public record PairQuestion(
    PairRequest request, Role anchor, String topologyKey, int requested, PairQuota quota) {

  /**
   * The question that {@code resource} asks.
   *
   * @param workload what it is made into
   * @param admission to its namespace
   * @throws InvalidInputException if the API server would not admit the pods of a template
   */
  public static PairQuestion of(
      ColocatedCache resource, Workload workload, AdmissionContext admission) {
    RoleModel anchor = workload.anchor();
    RoleModel follower = workload.follower();
    return new PairQuestion(
        new PairRequest(
            anchor.namespace(),
            admitted(anchor, admission),
            admitted(follower, admission),
            anchor.name(),
            follower.name(),
            workload.topologyKey(),
            resource.getSpec().replicas()),
        anchor.role(),
        workload.topologyKey(),
        resource.getSpec().replicas(),
        null);
  }

  /**
   * The same question where ResourceQuotas have a say.
   *
   * @param own what the pods are charged for that there are already
   * @param promised what others were granted and do not use yet
   * @param running pairs that a quota takes nothing from, however low it is
   */
  public PairQuestion within(
      Collection<Quota> quotas,
      Collection<QuotaCharge> own,
      Collection<QuotaCharge> promised,
      int running) {
    return PairQuota.of(
            quotas, request.anchor().quotaCharge(), request.follower().quotaCharge(), own, promised)
        .map(quota -> quota.atLeast(running))
        .filter(quota -> quota.pairs() < requested)
        .map(
            quota ->
                new PairQuestion(
                    request.wanting(quota.pairs()), anchor, topologyKey, requested, quota))
        .orElse(this);
  }

  private static IncomingPod admitted(RoleModel model, AdmissionContext admission) {
    try {
      return IncomingPod.admitted(model.template(), model.namespace(), admission);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(FieldPaths.ofTemplate(model.role(), e.getMessage()));
    }
  }

  /** What is granted of what is asked for, by the evaluator's answer. */
  public Capacity capacity(PairEvaluation evaluation) {
    // A quota keeps pairs from nodes that would hold them, as nodes keep pairs from themselves.
    int kept = quota == null ? 0 : Math.max(0, evaluation.eligibleNodes() - quota.pairs());
    Map<String, Integer> reasons = reasons(evaluation);
    if (kept > 0) {
      reasons.put(quota.reason(), kept);
    }
    return new Capacity(
        requested,
        Math.min(request.wanted(), evaluation.fits()),
        evaluation.nodes(),
        evaluation.eligibleNodes() - kept,
        reasons,
        topologyKey);
  }

  private Map<String, Integer> reasons(PairEvaluation evaluation) {
    Map<String, Integer> reasons = new TreeMap<>();
    for (NodeRejection rejection : evaluation.rejected()) {
      String half =
          switch (rejection.role()) {
            case ANCHOR -> " (" + anchor.value() + ")";
            case FOLLOWER -> " (" + anchor.other().value() + ")";
            case PAIR -> " (pair)";
            case BOTH -> "";
          };
      rejection.reasons().forEach(reason -> reasons.merge(reason + half, 1, Integer::sum));
    }
    return reasons;
  }
}
