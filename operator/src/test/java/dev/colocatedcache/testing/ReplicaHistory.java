package dev.colocatedcache.testing;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many pods each Deployment of a namespace was asked for since it was opened. */
public final class ReplicaHistory implements AutoCloseable {
  private final Map<String, Integer> least = new ConcurrentHashMap<>();
  private final Map<Integer, Long> revisions = new ConcurrentHashMap<>();
  private final SharedIndexInformer<Deployment> informer;

  /** Begins to watch; it has seen the Deployments that there are when it returns. */
  public ReplicaHistory(KubernetesClient client, String namespace) {
    informer =
        client
            .apps()
            .deployments()
            .inNamespace(namespace)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(Deployment deployment) {
                    see(deployment);
                  }

                  @Override
                  public void onUpdate(Deployment before, Deployment now) {
                    see(now);
                  }

                  @Override
                  public void onDelete(Deployment deployment, boolean lastStateUnknown) {
                    least.put(deployment.getMetadata().getName(), 0);
                  }
                });
  }

  /** The revision of the first write that asked a Deployment for so many pods. */
  public long firstRevisionWith(int replicas) {
    return revisions.get(replicas);
  }

  /** The fewest, by the name of the Deployment. */
  public Map<String, Integer> least() {
    return Map.copyOf(least);
  }

  private void see(Deployment deployment) {
    revisions.merge(
        deployment.getSpec().getReplicas(),
        Long.parseLong(deployment.getMetadata().getResourceVersion()),
        Math::min);
    least.merge(deployment.getMetadata().getName(), deployment.getSpec().getReplicas(), Math::min);
  }

  @Override
  public void close() {
    informer.close();
  }
}
