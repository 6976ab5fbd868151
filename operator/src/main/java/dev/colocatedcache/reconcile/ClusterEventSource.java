package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.Change;
import dev.colocatedcache.affinity.PairWatch;
import dev.colocatedcache.affinity.Snapshot;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cluster.ClusterListener;
import dev.colocatedcache.cluster.ClusterView;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Wakes a ColocatedCache when the cluster changes in a way that can change its answer, and not
 * otherwise: a heartbeat wakes nobody, and a node that changes is judged by itself for each
 * ColocatedCache instead of having each of them judge all nodes.
 */
final class ClusterEventSource extends AbstractEventSource<Snapshot, ColocatedCache>
    implements ClusterListener {
  /** Changes that come within this time are looked at together. */
  private static final long GATHER_MILLIS = 50;

  private final ClusterView cluster;
  private final Duration syncTimeout;
  private final Predicate<ResourceID> exists;
  private final Map<ResourceID, PairWatch> watches = new ConcurrentHashMap<>();
  private final Map<ResourceID, ResourceID> byDeployment = new ConcurrentHashMap<>();
  private final ExecutorService gatherer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "cluster-changes");
            thread.setDaemon(true);
            return thread;
          });
  private final Object lock = new Object();
  private Change pending = Change.NONE;
  private final Set<String> pendingQuotas = new HashSet<>();
  private boolean gathering;

  /** The cluster as all have seen it, but for those that have looked since. */
  private Snapshot seen;

  private final Map<ResourceID, Snapshot> bases = new HashMap<>();

  /**
   * @param syncTimeout how long to wait at the start until the cluster is known
   * @param exists whether there is a ColocatedCache of that name: one that is gone is forgotten
   */
  ClusterEventSource(ClusterView cluster, Duration syncTimeout, Predicate<ResourceID> exists) {
    super(Snapshot.class, "cluster");
    this.cluster = cluster;
    this.syncTimeout = syncTimeout;
    this.exists = exists;
  }

  @Override
  public void start() {
    super.start();
    cluster.listen(this);
    cluster.start();
    // At rest an operator that starts must write nothing, so it looks at nothing before it knows
    // all.
    // Where a permission is missing it goes on, and says so in the status of every resource.
    cluster.awaitSync(syncTimeout);
  }

  @Override
  public void stop() {
    gatherer.shutdownNow();
    cluster.close();
    super.stop();
  }

  @Override
  public Set<Snapshot> getSecondaryResources(ColocatedCache primary) {
    return Set.of();
  }

  /**
   * Watches for what can change the answer to {@code id}.
   *
   * @return the cluster to work the answer out from: whatever comes later wakes {@code id}
   */
  Snapshot watch(ResourceID id, PairWatch watch) {
    synchronized (lock) {
      Snapshot basis = cluster.snapshot();
      watches.put(id, watch);
      bases.put(id, basis);
      return basis;
    }
  }

  /** The Deployment {@code name} is a child of {@code id}: its pods wake it. */
  void follow(ResourceID id, String name) {
    byDeployment.put(new ResourceID(name, id.getNamespace().orElse(null)), id);
  }

  @Override
  public void podsChanged(String namespace, String deployment) {
    ResourceID owner = byDeployment.get(new ResourceID(deployment, namespace));
    if (owner != null) {
      wake(owner);
    }
  }

  @Override
  public void verdictsMayChange(Change change) {
    synchronized (lock) {
      pending = pending.and(change);
      gather();
    }
  }

  @Override
  public void quotasChanged(String namespace) {
    synchronized (lock) {
      pendingQuotas.add(namespace);
      gather();
    }
  }

  private void gather() {
    if (!gathering) {
      gathering = true;
      CompletableFuture.delayedExecutor(GATHER_MILLIS, TimeUnit.MILLISECONDS, gatherer)
          .execute(this::flush);
    }
  }

  private void flush() {
    Change change;
    Snapshot before;
    Snapshot now;
    Map<ResourceID, Snapshot> since;
    Set<String> quotas;
    synchronized (lock) {
      gathering = false;
      quotas = Set.copyOf(pendingQuotas);
      pendingQuotas.clear();
      change = pending;
      pending = Change.NONE;
      before = seen;
      now = cluster.snapshot();
      seen = now;
      since = Map.copyOf(bases);
      bases.clear();
    }
    watches.keySet().removeIf(exists.negate());
    byDeployment.values().removeIf(exists.negate());
    watches.forEach(
        (id, watch) -> {
          Snapshot basis = since.getOrDefault(id, before);
          if (basis == null
              || watch.mayChange(change, basis, now)
              || id.getNamespace().filter(quotas::contains).isPresent()) {
            wake(id);
          }
        });
  }

  private void wake(ResourceID id) {
    getEventHandler().handleEvent(new Event(id));
  }
}
