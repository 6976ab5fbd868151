package dev.colocatedcache.life;

import dev.colocatedcache.devcluster.Devcluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Plays scripts, several worlds at the same time on one cluster. */
final class Life implements AutoCloseable {
  private final Devcluster cluster;
  private final Operators operators;
  private final Watched watched;
  private final Duration limit;
  private final Consumer<String> log;

  /**
   * @param limit how long a world may take to settle
   * @param log hears how it gets on
   */
  Life(Devcluster cluster, Duration limit, Consumer<String> log) {
    this.cluster = cluster;
    this.operators = new Operators(cluster);
    this.watched = new Watched(cluster.client());
    this.limit = limit;
    this.log = log;
  }

  /**
   * A script that broke an invariant.
   *
   * @param script up to the burst that broke it
   * @param broken what does not hold
   * @param world all there is to see of it
   */
  record Failure(Script script, List<String> broken, String world) {
    @Override
    public String toString() {
      return String.join("\n", broken) + "\n" + script.text() + world;
    }
  }

  /**
   * Plays them, so many at a time.
   *
   * @return those that broke an invariant
   */
  List<Failure> play(List<Script> scripts, int atATime) {
    ExecutorService pool = Executors.newFixedThreadPool(atATime);
    ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    try {
      List<Callable<Void>> all = new ArrayList<>();
      for (Script script : scripts) {
        all.add(
            () -> {
              play(script, limit).ifPresent(failures::add);
              return null;
            });
      }
      for (Future<Void> done : pool.invokeAll(all)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
    return List.copyOf(failures);
  }

  /** Plays one to its end, or to the first invariant that it breaks. */
  Optional<Failure> play(Script script, Duration patience) {
    Instant start = Instant.now();
    int played = 0;
    try (World world = new World(cluster, operators, watched, script)) {
      List<String> broken = world.settle(patience);
      for (List<Operation> burst : script.bursts()) {
        if (!broken.isEmpty()) {
          break;
        }
        Instant begin = Instant.now();
        world.play(burst);
        played += burst.size();
        broken = world.settle(patience);
        log.accept(
            "%s %d %s: %d operations, %d s %s"
                .formatted(
                    begin,
                    script.seed(),
                    world.namespace(),
                    played,
                    Duration.between(begin, Instant.now()).toSeconds(),
                    burst));
      }
      if (broken.isEmpty()) {
        log.accept(
            "%d is over: %d operations in %d s"
                .formatted(
                    script.seed(), played, Duration.between(start, Instant.now()).toSeconds()));
        return Optional.empty();
      }
      Failure failure =
          new Failure(script.with(script.steps().subList(0, played)), broken, world.text());
      log.accept(Instant.now() + " BROKEN " + failure);
      return Optional.of(failure);
    } catch (RuntimeException e) {
      // The test's own trouble, told at once: the other worlds may go on for an hour.
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      log.accept(
          Instant.now() + " TROUBLE after " + played + " of " + script.seed() + ": " + trace);
      return Optional.of(
          new Failure(
              script.with(script.steps().subList(0, played)), List.of(trace.toString()), ""));
    }
  }

  /** The fewest steps that still break an invariant, as far as time allows to find out. */
  Script shrunk(Script failing, Duration time) {
    Instant deadline = Instant.now().plus(time);
    return failing.with(
        Shrinking.of(
            failing.steps(),
            steps -> play(failing.with(steps), limit.dividedBy(2)).isPresent(),
            () -> Instant.now().isBefore(deadline)));
  }

  Operators operators() {
    return operators;
  }

  @Override
  public void close() {
    watched.close();
    operators.close();
  }
}
