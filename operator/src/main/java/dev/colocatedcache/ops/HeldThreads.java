package dev.colocatedcache.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that begin to work when they are let go. So a process that stands by knows the whole
 * cluster already when it is elected, and has done nothing about it.
 */
public final class HeldThreads extends ThreadPoolExecutor {
  private final Object lock = new Object();
  private final List<Runnable> held = new ArrayList<>();
  private boolean free;

  /**
   * @param threads how many at a time
   */
  public HeldThreads(int threads) {
    super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
  }

  /** Does what has been asked for so far, and from now on all at once. */
  public void letGo() {
    synchronized (lock) {
      free = true;
      held.forEach(super::execute);
      held.clear();
    }
  }

  @Override
  public void execute(Runnable task) {
    synchronized (lock) {
      if (free) {
        super.execute(task);
      } else {
        held.add(task);
      }
    }
  }
}
