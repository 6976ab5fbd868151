package dev.colocatedcache.ops;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;

/**
 * Counts how often a ColocatedCache is reconciled, as {@code colocatedcache_reconciliations_total}.
 * At rest it stands still, whatever else goes on in the cluster.
 */
public final class Reconciliations implements Metrics {
  private final Counter counter;

  /** Counts in {@code registry}. */
  public Reconciliations(MeterRegistry registry) {
    this.counter = registry.counter("colocatedcache.reconciliations");
  }

  @Override
  public void reconcileCustomResource(
      HasMetadata resource, RetryInfo retryInfo, Map<String, Object> metadata) {
    counter.increment();
  }
}
