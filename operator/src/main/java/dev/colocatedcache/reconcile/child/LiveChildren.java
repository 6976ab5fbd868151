package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplate;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The children as they are.
 *
 * <p>The informers hold only what carries our label. What they do not hold is asked of the API
 * server, for it may be somebody else's object of the same name; at rest everything is in the
 * informers and nothing is asked.
 */
public final class LiveChildren {
  private final KubernetesClient client;
  private final Map<Class<?>, InformerEventSource<?, ?>> informers = new HashMap<>();

  /** Reads from the informers first, then through {@code client}. */
  public LiveChildren(
      KubernetesClient client,
      InformerEventSource<Deployment, ?> deployments,
      InformerEventSource<Service, ?> services,
      InformerEventSource<PodDisruptionBudget, ?> budgets,
      InformerEventSource<PodTemplate, ?> podTemplates) {
    this.client = client;
    informers.put(Deployment.class, deployments);
    informers.put(Service.class, services);
    informers.put(PodDisruptionBudget.class, budgets);
    informers.put(PodTemplate.class, podTemplates);
  }

  /** The Deployment of that name, if it is a child of {@code owner}. */
  public Optional<Deployment> ours(ColocatedCache owner, String name) {
    return known(Deployment.class, owner.getMetadata().getNamespace(), name)
        .filter(deployment -> Claim.isOurs(owner, deployment));
  }

  /** The Service of that name, if it is a child of {@code owner}. */
  public Optional<Service> service(ColocatedCache owner, String name) {
    return known(Service.class, owner.getMetadata().getNamespace(), name)
        .filter(service -> Claim.isOurs(owner, service));
  }

  /** All Deployments that are children of {@code owner}, whatever their names. */
  public List<Deployment> deployments(ColocatedCache owner) {
    return informer(Deployment.class)
        .list(
            owner.getMetadata().getNamespace(),
            deployment -> Claim.isOurs(owner, deployment) && !deployment.isMarkedForDeletion())
        .toList();
  }

  /** Whether {@code owner} controls the Deployment of that name. */
  public boolean isOurs(ColocatedCache owner, String deployment) {
    return ours(owner, deployment).isPresent();
  }

  /** The object that bears the name of {@code child}, ours or not. */
  <T extends HasMetadata> Optional<T> find(T child) {
    return informer(child)
        .get(ResourceID.fromResource(child))
        .or(() -> Optional.ofNullable(client.resource(child).get()));
  }

  /** The object of that kind and name as the informer has it. */
  <T extends HasMetadata> Optional<T> known(Class<T> kind, String namespace, String name) {
    return informer(kind).get(new ResourceID(name, namespace));
  }

  /** The budgets in {@code namespace} that are not the operator's. */
  public List<PodDisruptionBudget> foreignBudgets(String namespace) {
    return informer(PodDisruptionBudget.class)
        .list(namespace, budget -> !Labels.OPERATOR.equals(managedBy(budget)))
        .toList();
  }

  private static String managedBy(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? null : labels.get(Labels.MANAGED_BY);
  }

  /** Tells the informers what has just been written, so that the next look is not an old one. */
  <T extends HasMetadata> void written(T now, T before) {
    ResourceID id = ResourceID.fromResource(now);
    // An object that has lost our label is gone for the informer, though the API server had it.
    if (before == null || informer(now).get(id).isEmpty()) {
      informer(now).handleRecentResourceCreate(id, now);
    } else {
      informer(now).handleRecentResourceUpdate(id, now, before);
    }
  }

  @SuppressWarnings("unchecked")
  private <T extends HasMetadata> InformerEventSource<T, ?> informer(T child) {
    return informer((Class<T>) child.getClass());
  }

  @SuppressWarnings("unchecked")
  private <T extends HasMetadata> InformerEventSource<T, ?> informer(Class<T> kind) {
    return (InformerEventSource<T, ?>) informers.get(kind);
  }
}
