package dev.colocatedcache.life;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.testing.RunningOperator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The operator of all worlds, which may be killed and comes back, and at times a second one. */
final class Operators implements AutoCloseable {
  private final RunningOperator first;
  private final RunningOperator second;
  private CompletableFuture<Void> back = CompletableFuture.completedFuture(null);
  private int kills;

  Operators(Devcluster cluster) {
    first = RunningOperator.install(cluster);
    second = RunningOperator.stopped(cluster);
  }

  /** Kills the first one, unless it is down already, and starts it again after that time. */
  synchronized void kill(int downMillis) {
    if (!back.isDone()) {
      return;
    }
    first.kill();
    kills++;
    back =
        CompletableFuture.runAsync(
            first::start, CompletableFuture.delayedExecutor(downMillis, TimeUnit.MILLISECONDS));
  }

  /** Has a second one run, or not; it is killed like the first. */
  synchronized void second(boolean runs) {
    if (runs && !second.isRunning()) {
      second.startWithoutWaiting();
    } else if (!runs && second.isRunning()) {
      second.kill();
    }
  }

  /** Waits until the first one is there, if it was killed. */
  void awaitUp() {
    CompletableFuture<Void> coming;
    synchronized (this) {
      coming = back;
    }
    coming.join();
  }

  /** How often the first one has been killed. */
  synchronized int kills() {
    return kills;
  }

  /** What the first one has logged. */
  String log() {
    return first.log();
  }

  /** Writes that the operators have asked for since they were started. */
  synchronized long writes() {
    return first.apiWrites() + (second.isRunning() ? second.apiWrites() : 0);
  }

  @Override
  public void close() {
    awaitUp();
    first.close();
    second.close();
  }
}
