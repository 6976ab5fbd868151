package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.reconcile.PairQuestion;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What {@code plan} says of the ColocatedCaches of a namespace, of a cluster read just now. */
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

  /** Asks for all ColocatedCaches of {@code namespace}, by name. */
  public static Map<String, Planned> of(KubernetesClient client, String namespace) {
    ApiServerReader reader = new ApiServerReader(client);
    ClusterInput cluster = new ClusterInput(reader.version());
    reader.read(cluster);
    List<ColocatedCache> resources =
        client.resources(ColocatedCache.class).inNamespace(namespace).list().getItems().stream()
            .filter(resource -> resource.getMetadata().getDeletionTimestamp() == null)
            .toList();
    Snapshot snapshot = cluster.snapshot();
    Map<String, Integer> anew = new HashMap<>();
    for (ColocatedCache resource : resources) {
      PairQuestion question =
          PairQuestion.of(resource, Workload.of(resource), cluster.admission(namespace));
      anew.put(
          resource.getMetadata().getName(),
          question
              .capacity(new Pairs(cluster.version()).evaluateAnew(snapshot, question.request()))
              .granted());
    }
    return new Planner(cluster)
            .plan(resources, new WhatIf(Set.of(), Set.of(), List.of(), Set.of()))
            .colocatedCaches()
            .stream()
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
