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
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Wakes a ColocatedCache when the cluster changes in a way that can change its answer, and not
 * otherwise: a heartbeat wakes nobody, and a node that changes is judged by itself for each
 * ColocatedCache instead of having each of them judge all nodes.
 */
final class ClusterEventSource extends AbstractEventSource<Snapshot, ColocatedCache>
    implements ClusterListener, Competition.Wakes {
  /** Changes that come within this time are looked at together. */
  private static final long GATHER_MILLIS = 50;

  /** How often to look for those that are gone, while room is held that nobody has taken. */
  private static final long SWEEP_MILLIS = 1000;

  private final ClusterView cluster;
  private final Duration syncTimeout;
  private final Competition competition;
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
  private final Object flushing = new Object();
  private final Pending pending = new Pending();
  private boolean gathering;
  private final AtomicBoolean sweeping = new AtomicBoolean();

  /** The cluster of which all that concerns anybody has been told, and how often it has been. */
  private Seen seen;

  /** What has changed since. */
  private static final class Pending {
    private Change change = Change.NONE;
    private final Set<String> quotas = new HashSet<>();
  }

  /**
   * @param syncTimeout how long to wait at the start until the cluster is known
   * @param competition is told whose answers may be others
   * @param exists whether there is a ColocatedCache of that name: one that is gone is forgotten
   */
  ClusterEventSource(
      ClusterView cluster,
      Duration syncTimeout,
      Competition competition,
      Predicate<ResourceID> exists) {
    super(Snapshot.class, "cluster");
    this.cluster = cluster;
    this.competition = competition;
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
   * @return the cluster to work the answer out from: whatever comes later wakes {@code id}, and all
   *     whose answers can have changed by what is in it have been touched
   */
  Seen watch(ResourceID id, PairWatch watch) {
    watches.put(id, watch);
    return flush();
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
      pending.change = pending.change.and(change);
      gather();
    }
  }

  @Override
  public void quotasChanged(String namespace) {
    synchronized (lock) {
      pending.quotas.add(namespace);
      gather();
    }
  }

  private void gather() {
    if (!gathering) {
      gathering = true;
      later(GATHER_MILLIS, () -> {});
    }
  }

  private void later(long millis, Runnable first) {
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, gatherer)
        .execute(
            () -> {
              first.run();
              flush();
              sweep();
            });
  }

  /** Looks at what has changed since it was last called, and returns the cluster as it is now. */
  private Seen flush() {
    synchronized (flushing) {
      Pending taken = new Pending();
      Seen before = seen;
      Snapshot now =
          cluster.snapshot(
              () -> {
                synchronized (lock) {
                  gathering = false;
                  taken.change = pending.change;
                  taken.quotas.addAll(pending.quotas);
                  pending.change = Change.NONE;
                  pending.quotas.clear();
                }
              });
      seen = new Seen(before == null ? 0 : before.number() + 1, now);
      watches.forEach(
          (id, watch) -> {
            if (before != null
                && (watch.mayChange(taken.change, before.snapshot(), now)
                    || id.getNamespace().filter(taken.quotas::contains).isPresent())) {
              touch(id);
            }
          });
      return seen;
    }
  }

  /** Some are gone, and with them what was held for them. */
  private void sweep() {
    watches.keySet().removeIf(exists.negate());
    byDeployment.values().removeIf(exists.negate());
    competition.forgetGone(this);
    if (competition.holdsAny()) {
      holding();
    }
  }

  @Override
  public void holding() {
    // Nothing else tells that one is gone which had no pods yet.
    if (sweeping.compareAndSet(false, true)) {
      later(SWEEP_MILLIS, () -> sweeping.set(false));
    }
  }

  @Override
  public void concerned(
      Set<ResourceID> candidates, Set<String> nodes, Snapshot before, Snapshot now) {
    Change change = new Change(nodes, false);
    candidates.forEach(
        id -> {
          PairWatch watch = watches.get(id);
          if (watch == null || watch.mayChange(change, before, now)) {
            touch(id);
          }
        });
  }

  private void touch(ResourceID id) {
    competition.touch(id);
    wake(id);
  }

  @Override
  public void wake(ResourceID id) {
    getEventHandler().handleEvent(new Event(id));
  }
}
