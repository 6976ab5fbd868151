package dev.colocatedcache.testing;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Sees every change of a ColocatedCache's pods from its making on, so that a test can say what has
 * not happened in between: how many pairs were ready at the worst moment, and what came first.
 */
public final class PairRecorder implements AutoCloseable {
  /** The label that tells the two halves apart, whoever has made the pods. */
  private static final String COMPONENT = "app.kubernetes.io/component";

  private final SharedIndexInformer<Pod> informer;
  private final Map<String, Pod> pods = new HashMap<>();
  private final List<String> story = new ArrayList<>();
  private final Set<String> unschedulable = new TreeSet<>();
  private int least = Integer.MAX_VALUE;

  /** Records from now on; {@link #least} counts from here. */
  public PairRecorder(KubernetesClient client, String namespace, String instance) {
    this.informer =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel("app.kubernetes.io/instance", instance)
            .runnableInformer(0);
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(Pod pod) {
            note(null, pod);
          }

          @Override
          public void onUpdate(Pod before, Pod now) {
            note(before, now);
          }

          @Override
          public void onDelete(Pod pod, boolean lastStateUnknown) {
            gone(pod);
          }
        });
    informer.run();
    synchronized (this) {
      // Handlers are told of what is there already by and by.
      informer.getStore().list().forEach(pod -> pods.put(pod.getMetadata().getName(), pod));
      least = readyPairs();
    }
  }

  /** The fewest pairs with both halves Ready, on one node and not terminating, at any moment. */
  public synchronized int least() {
    return least;
  }

  /** Names of pods that kube-scheduler has found no node for at some moment. */
  public synchronized Set<String> unschedulable() {
    return Set.copyOf(unschedulable);
  }

  /** Forgets the story so far; what is there stays known. */
  public synchronized void startOver() {
    story.clear();
    unschedulable.clear();
    least = readyPairs();
  }

  /**
   * What happened to pods of that component, each as {@code made COMPONENT}, {@code ready
   * COMPONENT} or {@code gone COMPONENT}, in the order in which the API server told it.
   */
  public synchronized List<String> story() {
    return List.copyOf(story);
  }

  private synchronized void note(Pod before, Pod now) {
    pods.put(now.getMetadata().getName(), now);
    if (before == null) {
      tell("made", now);
    }
    if (Readiness.isPodReady(now) && (before == null || !Readiness.isPodReady(before))) {
      tell("ready", now);
    }
    if (now.getStatus().getConditions().stream()
        .anyMatch(
            c -> "PodScheduled".equals(c.getType()) && "Unschedulable".equals(c.getReason()))) {
      unschedulable.add(now.getMetadata().getName());
    }
    least = Math.min(least, readyPairs());
  }

  private synchronized void gone(Pod pod) {
    pods.remove(pod.getMetadata().getName());
    tell("gone", pod);
    least = Math.min(least, readyPairs());
  }

  private void tell(String what, Pod pod) {
    story.add(what + " " + pod.getMetadata().getLabels().get(COMPONENT));
  }

  private int readyPairs() {
    Map<String, Set<String>> byNode =
        pods.values().stream()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .filter(Readiness::isPodReady)
            .collect(
                Collectors.groupingBy(
                    pod -> pod.getSpec().getNodeName(),
                    Collectors.mapping(
                        pod -> pod.getMetadata().getLabels().get(COMPONENT), Collectors.toSet())));
    return (int) byNode.values().stream().filter(halves -> halves.size() == 2).count();
  }

  @Override
  public void close() {
    informer.stop();
  }
}
