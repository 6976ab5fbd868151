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
import dev.colocatedcache.api.v1alpha1.CapacityPolicy;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.status.FieldPaths;
import dev.colocatedcache.workload.CapacityTerms;
import dev.colocatedcache.workload.NodeBuffer;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * A ColocatedCache as a question to the affinity evaluator, and the evaluator's answer in terms of
 * the ColocatedCache. Who plans asks the same question as the operator.
 *
 * @param request what the evaluator is asked
 * @param anchor the role that is placed first
 * @param topologyKey the node label whose values are the domains
 * @param requested pairs that are asked for
 * @param quota what ResourceQuotas allow; null where they allow all that is asked for
 * @param terms what is done about pairs that do not fit
 */
public record PairQuestion(
    PairRequest request,
    Role anchor,
    String topologyKey,
    int requested,
    PairQuota quota,
    CapacityTerms terms) {

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
        null,
        CapacityTerms.of(resource.getSpec()));
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
                    request.wanting(quota.pairs()), anchor, topologyKey, requested, quota, terms))
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

  /**
   * The same with what is done about the pairs that are not granted.
   *
   * @param occupied nodes that one more anchor would not go to
   * @param pending how many pairs may be Pending now, of how many the policy allows
   */
  public Capacity answered(
      Capacity capacity,
      PairEvaluation evaluation,
      Set<String> occupied,
      IntUnaryOperator pending) {
    int missing = missing(capacity);
    if (missing == 0) {
      return capacity;
    }
    return switch (terms.policy()) {
      case CAP -> capacity;
      case REQUEST_NODES ->
          capacity.remedied(
              missing == 1
                  ? "room for 1 more pair is asked of a node autoscaler"
                  : "room for %d more pairs is asked of a node autoscaler".formatted(missing));
      case ALLOW_PENDING -> {
        List<String> stranding =
            evaluation.strandingNodes().stream().filter(node -> !occupied.contains(node)).toList();
        yield stranding.isEmpty()
            ? capacity.pending(pending.applyAsInt(Math.min(terms.maxPending(), missing)))
            : capacity.remedied(
                ("none is Pending on purpose, for a pod of the %s would go to %s without the %s:"
                        + " keep it off there by a taint or spec.%s.template, or set"
                        + " spec.capacity.policy to RequestNodes")
                    .formatted(
                        anchor.value(), stranding.get(0), anchor.other().value(), anchor.value()));
      }
    };
  }

  /** Pairs that nodes could be bought for: what a quota does not allow would be no use there. */
  private int missing(Capacity capacity) {
    return Math.max(0, request.wanted() - capacity.granted());
  }

  /** What asks a node autoscaler for the pairs that are not granted; empty where nothing is to. */
  Optional<NodeBuffer> buffer(Capacity capacity, Workload workload) {
    int missing = missing(capacity);
    return terms.policy() == CapacityPolicy.Policy.REQUEST_NODES && missing > 0
        ? Optional.of(
            new NodeBuffer(workload, half(request.anchor()), half(request.follower()), missing))
        : Optional.empty();
  }

  private static NodeBuffer.Half half(IncomingPod pod) {
    return new NodeBuffer.Half(pod.spec(), pod.requests());
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
