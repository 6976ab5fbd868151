package dev.colocatedcache.ops;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * For how long this process may write: a span from the moment at which it asked for its lease, each
 * time that the lease was given.
 *
 * <p>Time is read from two clocks, and whichever says that more has passed is right. The monotonic
 * one goes on while the process is stopped but may stand still while its machine does; the wall
 * clock catches up after that but may be set back.
 */
public final class Tenure {
  private final Duration span;
  private final LongSupplier nanoTime;
  private final LongSupplier currentTimeMillis;
  private volatile Moment from;

  /**
   * @param span from the moment of asking; shorter than the lease, for what has been sent has yet
   *     to arrive
   */
  public Tenure(Duration span) {
    this(span, System::nanoTime, System::currentTimeMillis);
  }

  Tenure(Duration span, LongSupplier nanoTime, LongSupplier currentTimeMillis) {
    this.span = span;
    this.nanoTime = nanoTime;
    this.currentTimeMillis = currentTimeMillis;
  }

  /** A reading of both clocks. */
  record Moment(long nanoTime, long currentTimeMillis) {}

  Moment now() {
    return new Moment(nanoTime.getAsLong(), currentTimeMillis.getAsLong());
  }

  /** How long ago {@code then} was, at the least. */
  Duration since(Moment then) {
    Moment now = now();
    Duration monotonic = Duration.ofNanos(now.nanoTime() - then.nanoTime());
    Duration wall = Duration.ofMillis(now.currentTimeMillis() - then.currentTimeMillis());
    return monotonic.compareTo(wall) > 0 ? monotonic : wall;
  }

  /** The lease was given to this process, which had asked for it at {@code asked}. */
  void renewed(Moment asked) {
    from = asked;
  }

  /** Nothing is to be written any more. */
  void end() {
    from = null;
  }

  /** Whether this process may write. */
  public boolean holds() {
    Moment began = from;
    return began != null && since(began).compareTo(span) < 0;
  }
}
