package dev.colocatedcache.reconcile;

import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.FollowerNeed;
import dev.colocatedcache.workload.Workload;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which service pods have a Ready cache in their topology domain, of those that are Ready only
 * then. A pod is asked, not the spec: one that was made with the gate needs it to be set for as
 * long as it lives.
 */
final class LocalCaches {
  private final List<RunningPod> services;
  private final UnaryOperator<String> domainOf;

  /** Those that stay. */
  private final List<RunningPod> caches;

  /** Domains where one of them is Ready. */
  private final Set<String> served;

  /**
   * @param services all pods of the service
   * @param caches all pods of the cache
   * @param domainOf a node's topology domain; null where it is in none
   */
  LocalCaches(
      Collection<RunningPod> services,
      Collection<RunningPod> caches,
      UnaryOperator<String> domainOf) {
    this.domainOf = domainOf;
    this.services =
        staying(services.stream())
            .filter(pod -> pod.readinessGates().containsKey(Workload.LOCAL_CACHE))
            .sorted(Comparator.comparing(RunningPod::name))
            .toList();
    this.caches = staying(caches.stream()).toList();
    this.served = domains(this.caches.stream().filter(RunningPod::ready));
  }

  /**
   * What a pod's readiness gate is to say.
   *
   * @param ready whether a Ready cache that is not terminating is in the pod's domain
   */
  record Verdict(RunningPod pod, boolean ready) {
    /** The status of the pod's condition. */
    String status() {
      return ready ? "True" : "False";
    }
  }

  /** What is to be said now and has not been said yet. */
  List<Verdict> changes() {
    return services.stream()
        .map(pod -> new Verdict(pod, served.contains(domain(pod))))
        .filter(
            verdict ->
                !verdict.status().equals(verdict.pod().readinessGates().get(Workload.LOCAL_CACHE)))
        .toList();
  }

  /**
   * What the service's pods need of the cache's before they can be Ready, where they are anchors.
   */
  FollowerNeed need() {
    Set<String> waiting = domains(services.stream());
    waiting.removeAll(served);
    if (waiting.isEmpty()) {
      return FollowerNeed.NONE;
    }
    boolean comes = caches.stream().allMatch(RunningPod::attracted);
    waiting.retainAll(domains(caches.stream()));
    return waiting.isEmpty() && comes ? FollowerNeed.ARRIVAL : FollowerNeed.ROLLOUT;
  }

  private static Stream<RunningPod> staying(Stream<RunningPod> pods) {
    return pods.filter(pod -> !pod.terminating() && pod.node() != null);
  }

  private Set<String> domains(Stream<RunningPod> pods) {
    return pods.map(this::domain)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private String domain(RunningPod pod) {
    return domainOf.apply(pod.node());
  }
}
