package dev.colocatedcache.ops;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.logging.LogbackMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** All that {@code /metrics} tells; docs/metrics.md is its reference. */
public final class OperatorMeters implements AutoCloseable {
  private static final Duration[] BUCKETS =
      Stream.of(1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final PrometheusRegistry prometheus = new PrometheusRegistry();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final LogbackMetrics logged = new LogbackMetrics();
  private final Timer evaluations;

  /**
   * Meters of this process.
   *
   * @param version of the operator
   * @param leads whether this process is the one that acts
   */
  public OperatorMeters(String version, BooleanSupplier leads) {
    List<MeterBinder> process =
        List.of(
            new JvmMemoryMetrics(),
            collections,
            new JvmThreadMetrics(),
            new ClassLoaderMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics(),
            logged);
    process.forEach(meters -> meters.bindTo(registry));
    Gauge.builder("colocatedcache.build.info", () -> 1)
        .description("1, with the version of the operator.")
        .tag("version", version)
        .register(registry);
    Gauge.builder("colocatedcache.leader", () -> leads.getAsBoolean() ? 1 : 0)
        .description("1 in the process that acts, 0 in one that stands by.")
        .register(registry);
    evaluations =
        timer("colocatedcache.evaluation")
            .description("Time to answer how many pairs of a ColocatedCache fit.")
            .register(registry);
  }

  /** A timer whose time is told as a histogram. */
  static Timer.Builder timer(String name) {
    return Timer.builder(name).serviceLevelObjectives(BUCKETS);
  }

  /** For whatever counts by itself. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** From now on, tells of {@code resources} too. */
  public void tell(Supplier<Stream<ColocatedCache>> resources) {
    prometheus.register(new PairMetrics(resources));
  }

  /** The answer of {@code evaluation}, which is timed. */
  public <T> T timeEvaluation(Supplier<T> evaluation) {
    return evaluations.record(evaluation);
  }

  @Override
  public void close() {
    collections.close();
    logged.close();
    registry.close();
  }
}
