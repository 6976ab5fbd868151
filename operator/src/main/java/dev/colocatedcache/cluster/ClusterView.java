package dev.colocatedcache.cluster;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.Change;
import dev.colocatedcache.affinity.ClusterModel;
import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.Quota;
import dev.colocatedcache.affinity.QuotaCharge;
import dev.colocatedcache.affinity.QuotaModel;
import dev.colocatedcache.affinity.Snapshot;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole cluster, kept current by informers of nodes, pods and namespaces.
 *
 * <p>Safe for use by several threads. An informer that fails tries again for ever; until all have
 * listed everything once, {@link #synced} is false and nothing may be concluded from the view.
 */
public final class ClusterView implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterView.class);

  private final KubernetesClient client;
  private final String trackedLabel;
  private final Clock clock;
  private final List<ClusterListener> listeners = new CopyOnWriteArrayList<>();
  private final List<SharedIndexInformer<?>> informers = new CopyOnWriteArrayList<>();
  private final List<CompletableFuture<Void>> listings = new CopyOnWriteArrayList<>();
  private final Map<String, String> troubles = new TreeMap<>();

  private final Object lock = new Object();
  private final ClusterModel model = new ClusterModel();
  private final QuotaModel quotas = new QuotaModel();
  private final Map<PodKey, Map<String, RunningPod>> tracked = new HashMap<>();
  private final AdmissionObjects admissionObjects = new AdmissionObjects();
  private final NodeAbsences absences = new NodeAbsences();
  private KubernetesVersion version = KubernetesVersion.DEFAULT;

  /**
   * @param trackedLabel the label of those pods that {@link #pods} can be asked for
   * @param clock tells since when a node is gone
   */
  public ClusterView(KubernetesClient client, String trackedLabel, Clock clock) {
    this.client = client;
    this.trackedLabel = trackedLabel;
    this.clock = clock;
  }

  /** Has {@code listener} told of every change from now on. */
  public void listen(ClusterListener listener) {
    listeners.add(listener);
  }

  /** Starts the informers and returns at once. */
  public void start() {
    learnVersion();
    watch(
        "nodes",
        Node.class,
        client.nodes(),
        this::putNode,
        node -> removeNode(node.getMetadata().getName()));
    watch(
        "namespaces",
        Namespace.class,
        client.namespaces(),
        model::putNamespace,
        namespace -> model.removeNamespace(namespace.getMetadata().getName()));
    watch(
        "pods",
        Pod.class,
        // Pods that have ended hold no room: the API server need not even send them.
        client
            .pods()
            .inAnyNamespace()
            .withoutField("status.phase", "Succeeded")
            .withoutField("status.phase", "Failed"),
        this::putPod,
        this::removePod);
    watchWhole("limitranges", LimitRange.class, client.limitRanges().inAnyNamespace());
    watchWhole("runtimeclasses", RuntimeClass.class, client.resources(RuntimeClass.class));
    watchWhole("priorityclasses", PriorityClass.class, client.scheduling().v1().priorityClasses());
    watch(
        "resourcequotas",
        ResourceQuota.class,
        client.resourceQuotas().inAnyNamespace(),
        quota -> told(quota, quotas.put(quota)),
        quota -> told(quota, quotas.remove(quota)));
  }

  private void learnVersion() {
    try {
      KubernetesVersion served =
          KubernetesVersion.parse(client.getKubernetesVersion().getGitVersion());
      synchronized (lock) {
        version = served;
      }
    } catch (KubernetesClientException | InvalidInputException e) {
      LOG.warn(
          "the API server's version is not known ({}): {} is assumed", e.getMessage(), version);
    }
  }

  /** These are few and small, and admission reads all of them. */
  private <T extends HasMetadata> void watchWhole(
      String resource, Class<T> type, Informable<T> listable) {
    watch(resource, type, listable, admissionObjects::put, admissionObjects::remove);
  }

  /** Whether everything has been listed once. */
  public boolean synced() {
    return !informers.isEmpty() && informers.stream().allMatch(SharedIndexInformer::hasSynced);
  }

  /**
   * Waits until everything has been listed once, so that nobody concludes from a part.
   *
   * @return whether it has been, within {@code timeout}
   */
  public boolean awaitSync(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      for (CompletableFuture<Void> listing : listings) {
        listing.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** What keeps the view from being complete, as a sentence. */
  public String trouble() {
    synchronized (troubles) {
      return troubles.isEmpty()
          ? "the nodes, pods and namespaces of the cluster are being listed"
          : String.join("; ", troubles.values());
    }
  }

  /** The cluster as it is now. */
  public Snapshot snapshot() {
    synchronized (lock) {
      return model.snapshot();
    }
  }

  /**
   * The nodes that went away no longer ago than {@code delay}, in the order of their names: those
   * that are not Ready, and those that are gone. Of the latter nothing is known of the time before
   * this view was started.
   */
  public List<AbsentNode> absent(Duration delay) {
    synchronized (lock) {
      return absences.after(clock.instant().minus(delay));
    }
  }

  /** The cluster as if these nodes, which are away, were there as they were. */
  public Snapshot snapshotWith(List<AbsentNode> absent) {
    synchronized (lock) {
      return model.snapshotWith(absent.stream().map(AbsentNode::name).toList());
    }
  }

  /**
   * The cluster as it is now.
   *
   * @param before is done first, and no change comes in between
   */
  public Snapshot snapshot(Runnable before) {
    synchronized (lock) {
      before.run();
      return model.snapshot();
    }
  }

  /** What the API server looks at when it admits a pod to {@code namespace}. */
  public AdmissionContext admission(String namespace) {
    synchronized (lock) {
      return admissionObjects.context(namespace, version);
    }
  }

  /** The ResourceQuotas of {@code namespace}. */
  public Collection<Quota> quotas(String namespace) {
    synchronized (lock) {
      return quotas.quotas(namespace);
    }
  }

  /** What ResourceQuotas charge for the tracked pods of that Deployment, one by one. */
  public List<QuotaCharge> charges(String namespace, String deployment) {
    synchronized (lock) {
      return quotas.charges(namespace, deployment);
    }
  }

  /** The tracked pods of that Deployment, ended ones excepted. */
  public List<RunningPod> pods(String namespace, String deployment) {
    synchronized (lock) {
      return List.copyOf(
          tracked.getOrDefault(new PodKey(namespace, deployment), Map.of()).values());
    }
  }

  /**
   * The same of several Deployments at one moment: of two that are asked for one after the other,
   * the second knows what has come in between, such as a follower beside an anchor that the first
   * does not know to be there.
   */
  public Map<String, List<RunningPod>> pods(String namespace, Collection<String> deployments) {
    synchronized (lock) {
      Map<String, List<RunningPod>> pods = new HashMap<>();
      deployments.forEach(deployment -> pods.put(deployment, pods(namespace, deployment)));
      return pods;
    }
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
  }

  private <T extends HasMetadata> void watch(
      String resource,
      Class<T> type,
      Informable<T> listable,
      Function<T, Change> put,
      Function<T, Change> remove) {
    SharedIndexInformer<T> informer = listable.runnableInformer(0);
    // Only keys and resource versions are kept beside the model, not the objects.
    informer.itemStore(
        new ReducedStateItemStore<>(
            ReducedStateItemStore.NAME_KEY_STATE, type, client.getKubernetesSerialization()));
    informer.exceptionHandler(
        (started, failure) -> {
          note(resource, failure);
          return true;
        });
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T added) {
            changed(resource, added, put);
          }

          @Override
          public void onUpdate(T before, T now) {
            changed(resource, now, put);
          }

          @Override
          public void onDelete(T deleted, boolean lastStateUnknown) {
            changed(resource, deleted, remove);
          }
        });
    informers.add(informer);
    listings.add(informer.start().toCompletableFuture());
  }

  private void note(String resource, Throwable failure) {
    String text = "the operator cannot list or watch " + resource + ": " + rootMessage(failure);
    synchronized (troubles) {
      if (!text.equals(troubles.put(resource, text))) {
        LOG.warn("{}; it tries again", text);
      }
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return Objects.requireNonNullElse(root.getMessage(), root.getClass().getSimpleName());
  }

  private <T extends HasMetadata> void changed(
      String resource, T object, Function<T, Change> update) {
    synchronized (troubles) {
      troubles.remove(resource);
    }
    synchronized (lock) {
      Change change;
      try {
        change = update.apply(object);
      } catch (InvalidInputException e) {
        // One object that cannot be read must not hide the rest of the cluster.
        LOG.warn("left out of the capacity: {}", e.getMessage());
        return;
      }
      // Whoever takes a snapshot has been told of all that is in it.
      if (!change.isNone()) {
        listeners.forEach(listener -> listener.verdictsMayChange(change));
      }
    }
  }

  private Change putNode(Node node) {
    Change change = model.putNode(node);
    absences.put(node, clock.instant());
    return change;
  }

  private Change removeNode(String name) {
    Change change = model.removeNode(name);
    absences.remove(name, clock.instant()).forEach(model::forgetNode);
    return change;
  }

  private Change putPod(Pod pod) {
    if (isTracked(pod)) {
      PodKey key = PodKey.of(pod);
      RunningPod now = RunningPod.of(pod);
      if (key != null
          && !now.equals(tracked.computeIfAbsent(key, k -> new HashMap<>()).put(now.name(), now))) {
        tell(key);
      }
      quotas.put(pod);
    }
    return model.putPod(pod);
  }

  private Change removePod(Pod pod) {
    String namespace = pod.getMetadata().getNamespace();
    String name = pod.getMetadata().getName();
    // The informer gives back only the name, so the Deployment is found by it.
    List<PodKey> emptied = new ArrayList<>();
    tracked.forEach(
        (key, pods) -> {
          if (key.namespace().equals(namespace) && pods.remove(name) != null) {
            tell(key);
            if (pods.isEmpty()) {
              emptied.add(key);
            }
          }
        });
    emptied.forEach(tracked::remove);
    quotas.removePod(namespace, name);
    return model.removePod(namespace, name);
  }

  /** Quotas say nothing of nodes: whoever is in the namespace is told, and nobody else. */
  private Change told(ResourceQuota quota, boolean changed) {
    if (changed) {
      listeners.forEach(listener -> listener.quotasChanged(quota.getMetadata().getNamespace()));
    }
    return Change.NONE;
  }

  private boolean isTracked(Pod pod) {
    return pod.getMetadata().getLabels() != null
        && pod.getMetadata().getLabels().containsKey(trackedLabel);
  }

  private void tell(PodKey key) {
    listeners.forEach(listener -> listener.podsChanged(key.namespace(), key.deployment()));
  }
}
