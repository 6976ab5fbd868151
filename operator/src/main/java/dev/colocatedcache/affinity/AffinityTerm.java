package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A required term of pod affinity or anti-affinity.
 *
 * @param namespaces names of namespaces it looks into
 * @param namespaceSelector labels of further namespaces it looks into
 * @param pods the pods that it is about
 * @param topologyKey the node label whose values are the domains
 */
record AffinityTerm(
    Set<String> namespaces, Selector namespaceSelector, Selector pods, String topologyKey) {

  /**
   * The required terms of a pod's affinity to others.
   *
   * @throws InvalidInputException if a selector is invalid
   */
  static List<AffinityTerm> affinity(Affinity affinity, String namespace) {
    return affinity == null || affinity.getPodAffinity() == null
        ? List.of()
        : of(
            affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
            namespace);
  }

  /**
   * The required terms of a pod's anti-affinity.
   *
   * @throws InvalidInputException if a selector is invalid
   */
  static List<AffinityTerm> antiAffinity(Affinity affinity, String namespace) {
    return affinity == null || affinity.getPodAntiAffinity() == null
        ? List.of()
        : of(
            affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
            namespace);
  }

  /**
   * Reads what does not filter, too: the scheduler gives a pod up as a whole if one of its terms
   * cannot be read, preferred ones included ({@code framework.NewPodInfo}).
   *
   * @throws InvalidInputException if a selector is invalid
   */
  static void checkPreferred(Affinity affinity, String namespace) {
    if (affinity != null && affinity.getPodAffinity() != null) {
      check(
          affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution(),
          namespace);
    }
    if (affinity != null && affinity.getPodAntiAffinity() != null) {
      check(
          affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution(),
          namespace);
    }
  }

  private static void check(List<WeightedPodAffinityTerm> preferred, String namespace) {
    for (WeightedPodAffinityTerm weighted : Given.list(preferred)) {
      if (weighted.getPodAffinityTerm() != null) {
        of(weighted.getPodAffinityTerm(), namespace);
      }
    }
  }

  private static List<AffinityTerm> of(List<PodAffinityTerm> terms, String namespace) {
    return Given.list(terms).stream().map(term -> of(term, namespace)).toList();
  }

  private static AffinityTerm of(PodAffinityTerm term, String namespace) {
    List<String> listed = Given.list(term.getNamespaces());
    boolean unset = listed.isEmpty() && term.getNamespaceSelector() == null;
    return new AffinityTerm(
        unset ? Set.of(namespace) : Set.copyOf(listed),
        Selector.of(term.getNamespaceSelector()),
        Selector.of(term.getLabelSelector()),
        Given.text(term.getTopologyKey()));
  }

  /**
   * The term of an incoming pod, with the names of the namespaces that its selector finds. The
   * selector stays, as it stays in {@code mergeAffinityTermNamespacesIfNotEmpty}, which clears it
   * in a copy only: matched against no labels, {@code DoesNotExist} and {@code NotIn} find every
   * namespace.
   */
  AffinityTerm unrolled(Map<String, Labels> existing) {
    if (namespaceSelector.isEverything() || namespaceSelector.isNothing()) {
      return this;
    }
    Set<String> names = new HashSet<>(namespaces);
    existing.forEach(
        (name, labels) -> {
          if (namespaceSelector.matches(labels)) {
            names.add(name);
          }
        });
    return new AffinityTerm(Set.copyOf(names), namespaceSelector, pods, topologyKey);
  }

  /** Whether it may be about pods outside the given namespace. */
  boolean reachesBeyond(String namespace) {
    return !namespaceSelector.isNothing() || !Set.of(namespace).containsAll(namespaces);
  }

  /** Whether it is about a pod with these labels in the given namespace, itself labelled so. */
  boolean matches(String namespace, Labels namespaceLabels, Labels podLabels) {
    return (namespaces.contains(namespace) || namespaceSelector.matches(namespaceLabels))
        && pods.matches(podLabels);
  }
}
