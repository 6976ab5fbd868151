package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.reconcile.PairQuestion;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What {@code plan} says of the ColocatedCaches of a namespace, of a cluster that was read just
 * now.
 */
public final class FreshPlan {
  private FreshPlan() {}

  /**
   * What is planned for one ColocatedCache.
   *
   * @param granted pairs
   * @param eligible domains that hold a pair
   * @param domains where pairs run or fit, however many are asked for
   * @param anew pairs that would be granted if all that run were replaced
   * @param message why not more are granted
   */
  public record Planned(int granted, int eligible, Set<String> domains, int anew, String message) {
    public Planned {
      domains = Set.copyOf(domains);
    }
  }

  /**
   * Asks for all of {@code resources}, which are of one namespace.
   *
   * @param version of the cluster, as in {@code v1.36.3}
   * @param cluster the nodes, pods and namespaces
   */
  public static Map<String, Planned> of(
      String version, Collection<ColocatedCache> resources, List<HasMetadata> cluster) {
    ClusterInput input = new ClusterInput(KubernetesVersion.parse(version));
    cluster.forEach(input::add);
    Snapshot snapshot = input.snapshot();
    List<ColocatedCache> staying =
        resources.stream()
            .filter(resource -> resource.getMetadata().getDeletionTimestamp() == null)
            .toList();
    Map<String, Integer> anew = new HashMap<>();
    for (ColocatedCache resource : staying) {
      PairQuestion question =
          PairQuestion.of(
              resource,
              Workload.of(resource),
              input.admission(resource.getMetadata().getNamespace()));
      anew.put(
          resource.getMetadata().getName(),
          question
              .capacity(new Pairs(input.version()).evaluateAnew(snapshot, question.request()))
              .granted());
    }
    WhatIf nothing = new WhatIf(Set.of(), Set.of(), List.of(), Set.of());
    return new Planner(input)
        .plan(staying, nothing).colocatedCaches().stream()
            .collect(
                Collectors.toMap(
                    Plan.Placement::name,
                    placement ->
                        new Planned(
                            placement.capacity().granted(),
                            placement.capacity().eligible(),
                            placement.evaluation().room().stream()
                                .map(Pair::domain)
                                .collect(Collectors.toCollection(TreeSet::new)),
                            anew.get(placement.name()),
                            placement.capacity().message())));
  }
}
