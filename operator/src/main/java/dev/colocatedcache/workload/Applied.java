package dev.colocatedcache.workload;

import static java.util.stream.Collectors.toSet;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.api.v1alpha1.Traffic;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a ColocatedCache runs, read back from its Deployments: where its newest spec cannot be
 * applied, that is not what the spec says.
 */
public final class Applied {
  private Applied() {}

  /**
   * The workload that {@code live}, the Deployments of {@code cc}, were made of, without Services
   * and budgets; empty where they are not a follower and its anchor.
   */
  public static Optional<Workload> of(ColocatedCache cc, Collection<Deployment> live) {
    for (Deployment anchor : live) {
      for (Deployment follower : live) {
        Optional<String> topologyKey = whatItNeeds(follower, anchor);
        boolean bothRoles =
            Set.of(Role.values()).equals(Stream.of(role(anchor), role(follower)).collect(toSet()));
        if (topologyKey.isPresent() && bothRoles) {
          return Optional.of(
              new Workload(
                  cc.getMetadata(),
                  topologyKey.get(),
                  Disruption.of(cc.getSpec()),
                  surges(anchor),
                  Traffic.policyOf(cc.getSpec()),
                  model(anchor, true),
                  model(follower, false)));
        }
      }
    }
    return Optional.empty();
  }

  /** The topology key by which one Deployment's pods need the other's. */
  private static Optional<String> whatItNeeds(Deployment follower, Deployment anchor) {
    Map<String, String> labels = template(anchor).getMetadata().getLabels();
    return affinity(follower)
        .map(Affinity::getPodAffinity)
        .map(own -> own.getRequiredDuringSchedulingIgnoredDuringExecution())
        .stream()
        .flatMap(List::stream)
        .filter(
            term ->
                term.getLabelSelector() != null
                    && term.getLabelSelector().getMatchLabels() != null
                    && term.getLabelSelector().getMatchLabels().containsKey(Labels.COMPONENT)
                    && labels
                        .entrySet()
                        .containsAll(term.getLabelSelector().getMatchLabels().entrySet()))
        .map(PodAffinityTerm::getTopologyKey)
        .findFirst();
  }

  private static boolean surges(Deployment anchor) {
    return affinity(anchor)
        .map(Affinity::getPodAntiAffinity)
        .map(own -> own.getRequiredDuringSchedulingIgnoredDuringExecution())
        .stream()
        .flatMap(List::stream)
        .anyMatch(term -> term.getMatchLabelKeys().contains(PairAffinity.TEMPLATE_HASH));
  }

  private static Optional<Affinity> affinity(Deployment deployment) {
    return Optional.ofNullable(template(deployment).getSpec().getAffinity());
  }

  private static PodTemplateSpec template(Deployment deployment) {
    return deployment.getSpec().getTemplate();
  }

  private static Role role(Deployment deployment) {
    String role = template(deployment).getMetadata().getLabels().get(Labels.ROLE);
    return Stream.of(Role.values()).filter(r -> r.value().equals(role)).findFirst().orElse(null);
  }

  private static RoleModel model(Deployment deployment, boolean anchor) {
    return new RoleModel(
        role(deployment),
        anchor,
        deployment.getMetadata().getName(),
        deployment.getMetadata().getNamespace(),
        template(deployment).getMetadata().getLabels().get(Labels.COMPONENT),
        deployment.getSpec().getSelector().getMatchLabels(),
        template(deployment),
        List.of());
  }
}
