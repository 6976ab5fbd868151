package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cli.FreshPlan;
import dev.colocatedcache.cli.FreshPlan.Planned;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A world at one moment.
 *
 * @param nodes by name
 * @param planned what the evaluator says, by ColocatedCache; empty until it has been asked
 */
record Observed(
    Map<String, ColocatedCache> caches,
    Map<String, Deployment> deployments,
    Map<String, Service> services,
    Map<String, PodDisruptionBudget> budgets,
    List<Pod> pods,
    Map<String, Node> nodes,
    Map<String, Planned> planned) {

  Observed {
    pods = List.copyOf(pods);
  }

  static <T extends HasMetadata> Map<String, T> byName(List<T> objects) {
    return objects.stream()
        .collect(
            Collectors.toMap(
                object -> object.getMetadata().getName(),
                Function.identity(),
                (first, second) -> second,
                TreeMap::new));
  }

  /**
   * As the API server has it now, not as a watch has told of it, with what the evaluator says.
   *
   * @param nodes the selector of the nodes that are this world's: nowhere else may its pods go
   * @param version of the cluster
   */
  static Observed fresh(
      KubernetesClient client, String namespace, Map<String, String> nodes, String version) {
    List<ColocatedCache> caches =
        client.resources(ColocatedCache.class).inNamespace(namespace).list().getItems();
    List<Pod> pods = client.pods().inNamespace(namespace).list().getItems();
    List<Node> own = client.nodes().withLabels(nodes).list().getItems();
    List<HasMetadata> cluster = new ArrayList<>(own);
    cluster.addAll(pods);
    cluster.addAll(client.scheduling().v1().priorityClasses().list().getItems());
    cluster.add(new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build());
    return new Observed(
        byName(caches),
        byName(client.apps().deployments().inNamespace(namespace).list().getItems()),
        byName(client.services().inNamespace(namespace).list().getItems()),
        byName(client.policy().v1().podDisruptionBudget().inNamespace(namespace).list().getItems()),
        pods,
        byName(own),
        FreshPlan.of(version, caches, cluster));
  }

  /** Each ColocatedCache that is not being deleted. */
  List<SeenCache> seenCaches() {
    return caches.values().stream()
        .filter(cache -> cache.getMetadata().getDeletionTimestamp() == null)
        .map(cache -> new SeenCache(cache, this))
        .toList();
  }

  /** Whether the node's kubelet works, as far as is known. */
  boolean isReady(String node) {
    Node found = nodes.get(node);
    return found != null
        && found.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()))
        && found.getSpec().getTaints().stream()
            .noneMatch(taint -> taint.getKey().startsWith("node.kubernetes.io/"));
  }

  /**
   * What must not change any more once the world has settled. The text of what the whole cluster
   * holds is left out: other worlds change it.
   */
  String fingerprint() {
    StringBuilder text = new StringBuilder();
    caches.forEach(
        (name, cache) -> {
          var status = cache.getStatus();
          text.append(name)
              .append(cache.getMetadata().getGeneration())
              .append(cache.getMetadata().getUid());
          if (status != null) {
            text.append(status.replicas())
                .append('/')
                .append(status.readyReplicas())
                .append('/')
                .append(status.colocatedReplicas())
                .append('/')
                .append(status.updatedReplicas())
                .append(status.service())
                .append(status.cache());
            status
                .conditions()
                .forEach(
                    c ->
                        text.append(c.getType())
                            .append(c.getStatus())
                            .append(c.getReason())
                            .append(c.getLastTransitionTime()));
          }
        });
    List.of(deployments, services, budgets)
        .forEach(
            children ->
                children.forEach(
                    (name, child) ->
                        text.append(name)
                            .append(child.getMetadata().getUid())
                            .append(child.getMetadata().getGeneration())));
    pods.stream()
        .map(
            pod ->
                pod.getMetadata().getUid()
                    + pod.getSpec().getNodeName()
                    + pod.getMetadata().getDeletionTimestamp()
                    + pod.getMetadata().getAnnotations())
        .sorted()
        .forEach(text::append);
    return text.toString();
  }
}
