package dev.colocatedcache.testing;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All that became of the pods of a namespace since it was opened: a watch sees what lasts for a
 * moment only, which a test that looks now and then may miss.
 */
public final class PodHistory implements AutoCloseable {
  private final Map<String, Fate> fates = new ConcurrentHashMap<>();
  private final SharedIndexInformer<Pod> informer;

  private PodHistory(KubernetesClient client, String namespace) {
    informer =
        client
            .pods()
            .inNamespace(namespace)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(Pod pod) {
                    see(pod, false);
                  }

                  @Override
                  public void onUpdate(Pod before, Pod now) {
                    see(now, false);
                  }

                  @Override
                  public void onDelete(Pod pod, boolean lastStateUnknown) {
                    see(pod, true);
                  }
                });
  }

  /** Begins to watch; it has seen the pods that there are when it returns. */
  public static PodHistory of(KubernetesClient client, String namespace) {
    return new PodHistory(client, namespace);
  }

  /**
   * The pods that were created in vain, with what the scheduler said of them: never bound to a
   * node, and gone or still waiting. Once all is at rest that is every pod for which there was no
   * room.
   */
  public List<String> neverPlaced() {
    return fates.values().stream()
        .filter(fate -> !fate.bound())
        .map(fate -> fate.name() + ": " + fate.refusal())
        .sorted()
        .toList();
  }

  /** The names of the pods that somebody has deleted after they were bound to a node. */
  public List<String> killed() {
    return fates.values().stream()
        .filter(fate -> fate.bound() && fate.deleted())
        .map(Fate::name)
        .sorted()
        .toList();
  }

  /** Those of {@link #killed} that carried that annotation when they were last seen. */
  public List<String> killedWith(String annotation) {
    return fates.values().stream()
        .filter(fate -> fate.bound() && fate.deleted() && fate.annotations().contains(annotation))
        .map(Fate::name)
        .sorted()
        .toList();
  }

  /**
   * A pod that somebody has deleted after it was bound to a node.
   *
   * @param node that it was bound to
   */
  public record Death(String uid, String name, Map<String, String> labels, String node) {
    @Override
    public String toString() {
      return name + " on " + node;
    }
  }

  /** All deaths so far, by the pod's uid. */
  public List<Death> deaths() {
    return fates.entrySet().stream()
        .filter(entry -> entry.getValue().bound() && entry.getValue().deleted())
        .map(
            entry ->
                new Death(
                    entry.getKey(),
                    entry.getValue().name(),
                    entry.getValue().labels(),
                    entry.getValue().node()))
        .sorted(Comparator.comparing(Death::name))
        .toList();
  }

  @Override
  public void close() {
    informer.close();
  }

  private void see(Pod pod, boolean gone) {
    fates.merge(pod.getMetadata().getUid(), Fate.of(pod, gone), Fate::then);
  }

  private record Fate(
      String name,
      Map<String, String> labels,
      Set<String> annotations,
      String node,
      boolean deleted,
      String refusal) {
    boolean bound() {
      return node != null;
    }

    static Fate of(Pod pod, boolean gone) {
      String refusal =
          pod.getStatus().getConditions().stream()
              .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
              .map(condition -> condition.getMessage())
              .findFirst()
              .orElse("not looked at by the scheduler");
      return new Fate(
          pod.getMetadata().getName(),
          Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of()),
          Set.copyOf(
              Objects.requireNonNullElse(
                      pod.getMetadata().getAnnotations(), Map.<String, String>of())
                  .keySet()),
          pod.getSpec().getNodeName(),
          gone || pod.getMetadata().getDeletionTimestamp() != null,
          refusal);
    }

    Fate then(Fate later) {
      return new Fate(
          name,
          later.labels,
          later.annotations,
          later.bound() ? later.node : node,
          deleted || later.deleted,
          later.refusal);
    }
  }
}
