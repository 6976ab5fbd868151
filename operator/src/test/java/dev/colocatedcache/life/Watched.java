package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.devcluster.TestNodes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All worlds as watches tell of them, so that to wait costs neither requests nor time. */
final class Watched implements AutoCloseable {
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final SharedIndexInformer<ColocatedCache> caches;
  private final SharedIndexInformer<Deployment> deployments;
  private final SharedIndexInformer<Service> services;
  private final SharedIndexInformer<PodDisruptionBudget> budgets;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Node> nodes;

  /** How often something has changed, by namespace. */
  private final Map<String, Long> changes = new HashMap<>();

  Watched(KubernetesClient client) {
    caches = watch(client.resources(ColocatedCache.class).inAnyNamespace());
    deployments = watch(client.apps().deployments().inAnyNamespace());
    services = watch(client.services().inAnyNamespace());
    budgets = watch(client.policy().v1().podDisruptionBudget().inAnyNamespace());
    pods = watch(client.pods().inAnyNamespace());
    nodes = watch(client.nodes());
  }

  private <T extends HasMetadata> SharedIndexInformer<T> watch(Informable<T> informable) {
    SharedIndexInformer<T> informer =
        informable.inform(
            new ResourceEventHandler<>() {
              @Override
              public void onAdd(T added) {
                changed(added);
              }

              @Override
              public void onUpdate(T before, T now) {
                changed(now);
              }

              @Override
              public void onDelete(T deleted, boolean lastStateUnknown) {
                changed(deleted);
              }
            });
    informers.add(informer);
    return informer;
  }

  private synchronized void changed(HasMetadata object) {
    String namespace =
        object instanceof Node
            ? object.getMetadata().getLabels().get(TestNodes.KEY)
            : object.getMetadata().getNamespace();
    if (namespace != null) {
      changes.merge(namespace, 1L, Long::sum);
      notifyAll();
    }
  }

  /** Returns when something has changed in that namespace or its nodes, or after that time. */
  synchronized void awaitChange(String namespace, long millis) throws InterruptedException {
    Long seen = changes.get(namespace);
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (Objects.equals(changes.get(namespace), seen)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }

  /** The world in that namespace as it was last heard of. */
  Observed world(String namespace) {
    return new Observed(
        Observed.byName(in(namespace, caches)),
        Observed.byName(in(namespace, deployments)),
        Observed.byName(in(namespace, services)),
        Observed.byName(in(namespace, budgets)),
        in(namespace, pods),
        Observed.byName(nodes.getStore().list()),
        Map.of());
  }

  private static <T> List<T> in(String namespace, SharedIndexInformer<T> informer) {
    return informer.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }
}
