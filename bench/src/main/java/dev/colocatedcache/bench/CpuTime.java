package dev.colocatedcache.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The time that processors worked for an operation, garbage collection included. Unlike the time
 * that passes, it is about the same on a machine that has other things to do.
 */
public final class CpuTime implements InternalProfiler {

  static final String LABEL = "cpu";

  private static final double NANOS_IN_A_MICRO = 1000;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Duration WARM = Duration.ofSeconds(6);

  private long before;

  /**
   * Repeats the operation until the compiler is done with it, by CPU time too: on a busy machine
   * the seconds of JMH's warm-up may be over before.
   */
  static void warmUp(Runnable operation) {
    long end = SYSTEM.getProcessCpuTime() + WARM.toNanos();
    while (SYSTEM.getProcessCpuTime() < end) {
      operation.run();
    }
  }

  @Override
  public String getDescription() {
    return "CPU time an operation";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = SYSTEM.getProcessCpuTime();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double nanos = SYSTEM.getProcessCpuTime() - before;
    double micros = nanos / result.getMetadata().getAllOps() / NANOS_IN_A_MICRO;
    return List.of(new ScalarResult(LABEL, micros, "us", AggregationPolicy.AVG));
  }
}
