package dev.colocatedcache.ops;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes part in the election of the one process that writes. Who is elected once and loses the
 * lease is told so at once, and must end: it cannot know what the next leader has done since.
 */
public final class LeaderElection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
  private static final long WATCH_MILLIS = 100;

  private final Terms terms;
  private final Tenure tenure;
  private final Runnable onElected;
  private final Consumer<String> onLost;
  private final KubernetesClient client;
  private final ObservedLock lock;
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "leader-election");
            thread.setDaemon(true);
            return thread;
          });
  private ScheduledFuture<?> watching;
  private CompletableFuture<?> running;
  private boolean elected;
  private boolean over;

  /**
   * The terms of the election, as Kubernetes' own components know them.
   *
   * @param namespace of the Lease
   * @param name of the Lease
   * @param identity of this process; no other ever has it
   * @param leaseDuration after which others take the place of a leader that is not heard of
   * @param renewDeadline after which a leader that cannot renew its lease gives up; shorter
   * @param retryPeriod between two tries to get or to renew the lease; shorter yet
   */
  public record Terms(
      String namespace,
      String name,
      String identity,
      Duration leaseDuration,
      Duration renewDeadline,
      Duration retryPeriod) {}

  /**
   * @param config of the API server: the election has a client of its own, so that it waits for
   *     nothing else
   * @param tenure to be kept up to date; its span is the renew deadline
   * @param onElected once, when this process has become the leader
   * @param onLost at most once, after that, with the reason
   */
  public LeaderElection(
      Config config, Terms terms, Tenure tenure, Runnable onElected, Consumer<String> onLost) {
    this.terms = terms;
    this.tenure = tenure;
    this.onElected = onElected;
    this.onLost = onLost;
    // A request that hangs must leave time for another before the lease runs out.
    int patience = (int) terms.renewDeadline().dividedBy(2).toMillis();
    this.client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(config)
                    .withRequestRetryBackoffLimit(0)
                    .withConnectionTimeout(patience)
                    .withRequestTimeout(patience)
                    .build())
            .build();
    LeaseLock lease =
        new LeaseLock(
            new ObjectMetaBuilder().withNamespace(terms.namespace()).withName(terms.name()).build(),
            terms.identity());
    this.lock =
        new ObservedLock(lease, "the Lease " + terms.namespace() + "/" + terms.name(), tenure);
  }

  /** Takes part from now on. */
  public synchronized void start() {
    LeaderElectionConfig config =
        new LeaderElectionConfig(
            lock,
            terms.leaseDuration(),
            terms.renewDeadline(),
            terms.retryPeriod(),
            new LeaderCallbacks(this::elected, () -> lost("the lease is another's"), this::leads),
            true,
            terms.name());
    watching =
        threads.scheduleWithFixedDelay(
            this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    running = new LeaderElector(client, config, threads).start();
  }

  /** Why nobody may be elected; empty when nothing is known against it. */
  public String trouble() {
    String reason = lock.trouble();
    return reason.isEmpty() ? "" : lock.describe() + " cannot be read or written: " + reason;
  }

  private void leads(String identity) {
    if (identity != null && !identity.isEmpty() && !identity.equals(terms.identity())) {
      LOG.info("standing by: {} is the leader", identity);
    }
  }

  private void elected() {
    synchronized (this) {
      if (elected || over) {
        return;
      }
      elected = true;
    }
    LOG.info("{} is the leader", terms.identity());
    onElected.run();
  }

  /** The elector itself notices only between two requests. */
  private void watch() {
    boolean ranOut;
    synchronized (this) {
      ranOut = elected && !tenure.holds();
    }
    if (ranOut) {
      lost("the lease was not renewed for " + terms.renewDeadline().toMillis() + " ms");
    }
  }

  private void lost(String why) {
    synchronized (this) {
      if (!elected || over) {
        return;
      }
      over = true;
    }
    tenure.end();
    onLost.accept(trouble().isEmpty() ? why : why + ": " + trouble());
  }

  /** Gives the lease back, so that the next leader need not wait for it to run out. */
  @Override
  public void close() {
    synchronized (this) {
      over = true;
    }
    tenure.end();
    if (running != null) {
      watching.cancel(false);
      running.cancel(true);
    }
    threads.shutdownNow();
    client.close();
  }
}
