package dev.colocatedcache.affinity;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How many pairs the ResourceQuotas of a namespace allow.
 *
 * @param pairs in all, those that are there included
 * @param reason what refuses a further one, in the API server's words
 */
public record PairQuota(int pairs, String reason) {

  /**
   * The least that any of the quotas allows; empty if none of them is about these pods.
   *
   * @param quotas of the namespace
   * @param anchor what an anchor is charged for
   * @param follower what a follower is charged for
   * @param own what the pods are charged for that the two Deployments have already
   * @param promised what others were granted and do not use yet
   */
  public static Optional<PairQuota> of(
      Collection<Quota> quotas,
      QuotaCharge anchor,
      QuotaCharge follower,
      Collection<QuotaCharge> own,
      Collection<QuotaCharge> promised) {
    return quotas.stream()
        .sorted(Comparator.comparing(Quota::name))
        .flatMap(quota -> of(quota, List.of(anchor, follower), own, promised).stream())
        .min(Comparator.comparing(PairQuota::pairs));
  }

  private static Optional<PairQuota> of(
      Quota quota,
      List<QuotaCharge> pair,
      Collection<QuotaCharge> own,
      Collection<QuotaCharge> promised) {
    Map<String, BigDecimal> perPair = quota.charge(pair);
    if (perPair.isEmpty()) {
      return Optional.empty();
    }
    Map<String, BigDecimal> ours = quota.charge(own);
    Map<String, BigDecimal> theirs = quota.charge(promised);
    Map<String, Integer> allowed = new TreeMap<>();
    perPair.forEach(
        (resource, amount) ->
            allowed.put(
                resource,
                quota
                    .left(
                        resource,
                        ours.getOrDefault(resource, BigDecimal.ZERO),
                        theirs.getOrDefault(resource, BigDecimal.ZERO))
                    .divide(amount, 0, RoundingMode.FLOOR)
                    .max(BigDecimal.ZERO)
                    .min(BigDecimal.valueOf(Integer.MAX_VALUE))
                    .intValue()));
    int least = allowed.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
    List<String> exceeded = new ArrayList<>(allowed.keySet());
    exceeded.removeIf(resource -> allowed.get(resource) > least);
    return Optional.of(new PairQuota(least, quota.exceeded(exceeded)));
  }

  /** The same, but for what runs: a quota that is lowered takes nothing away. */
  public PairQuota atLeast(int running) {
    return running <= pairs ? this : new PairQuota(running, reason);
  }
}
