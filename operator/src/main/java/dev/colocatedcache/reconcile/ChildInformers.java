package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplate;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The informers of everything that a ColocatedCache is made into. */
final class ChildInformers {
  private final EventSourceContext<ColocatedCache> context;
  private final InformerEventSource<Deployment, ColocatedCache> deployments;
  private final InformerEventSource<Service, ColocatedCache> services;
  private final InformerEventSource<PodDisruptionBudget, ColocatedCache> budgets;
  private final InformerEventSource<PodTemplate, ColocatedCache> podTemplates;

  ChildInformers(EventSourceContext<ColocatedCache> context) {
    this.context = context;
    this.deployments = labelled(Deployment.class);
    this.services = labelled(Service.class);
    this.budgets = budgets();
    this.podTemplates = labelled(PodTemplate.class);
  }

  List<EventSource<?, ColocatedCache>> eventSources() {
    return List.of(deployments, services, budgets, podTemplates);
  }

  /** The children as these informers have them. */
  LiveChildren children() {
    return new LiveChildren(context.getClient(), deployments, services, budgets, podTemplates);
  }

  private <T extends HasMetadata> InformerEventSource<T, ColocatedCache> labelled(Class<T> kind) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, ColocatedCache.class)
            .withLabelSelector(Labels.ROLE)
            .withNamespacesInheritedFromController()
            .withFollowControllerNamespacesChanges(true)
            .build(),
        context);
  }

  /**
   * Other people's budgets too: a pod under two of them cannot be evicted, so that each may concern
   * every ColocatedCache of its namespace. How many pods one lets go at the moment concerns none.
   */
  private InformerEventSource<PodDisruptionBudget, ColocatedCache> budgets() {
    SecondaryToPrimaryMapper<PodDisruptionBudget> owner =
        Mappers.fromOwnerReferences(ColocatedCache.class);
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(PodDisruptionBudget.class, ColocatedCache.class)
            .withSecondaryToPrimaryMapper(
                budget -> {
                  Set<ResourceID> owners = owner.toPrimaryResourceIDs(budget);
                  return owners.isEmpty() ? all(budget.getMetadata().getNamespace()) : owners;
                })
            .withOnUpdateFilter((now, before) -> !sameButForStatus(now, before))
            .withNamespacesInheritedFromController()
            .withFollowControllerNamespacesChanges(true)
            .build(),
        context);
  }

  private static boolean sameButForStatus(PodDisruptionBudget now, PodDisruptionBudget before) {
    return Objects.equals(now.getSpec(), before.getSpec())
        && Objects.equals(now.getMetadata().getLabels(), before.getMetadata().getLabels())
        && Objects.equals(now.getMetadata().getAnnotations(), before.getMetadata().getAnnotations())
        && Objects.equals(
            now.getMetadata().getOwnerReferences(), before.getMetadata().getOwnerReferences())
        && Objects.equals(
            now.getMetadata().getDeletionTimestamp(), before.getMetadata().getDeletionTimestamp());
  }

  private Set<ResourceID> all(String namespace) {
    return context
        .getPrimaryCache()
        .list(namespace)
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }
}
