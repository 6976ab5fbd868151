package dev.colocatedcache.ops;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.javaoperatorsdk.operator.processing.Controller;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;

/**
 * How often ColocatedCaches are reconciled and how long that takes, under names that stay, beside
 * what the framework counts itself. At rest the count stands still, whatever else goes on in the
 * cluster.
 */
public final class ReconcileMetrics implements Metrics {
  private final Metrics framework;
  private final Counter reconciliations;
  private final Timer succeeded;
  private final Timer failed;

  /** Counts in {@code registry}. */
  public ReconcileMetrics(MeterRegistry registry) {
    // Series for every resource would go on growing; those that are worth one are PairMetrics'.
    this.framework = MicrometerMetrics.withoutPerResourceMetrics(registry);
    this.reconciliations =
        Counter.builder("colocatedcache.reconciliations")
            .description("Reconciliations of a ColocatedCache that were asked for.")
            .register(registry);
    this.succeeded = timer(registry, "success");
    this.failed = timer(registry, "failure");
  }

  private static Timer timer(MeterRegistry registry, String outcome) {
    return OperatorMeters.timer("colocatedcache.reconcile")
        .description("Time of a reconciliation, its requests to the API server included.")
        .tag("outcome", outcome)
        .register(registry);
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    Timer.Sample sample = Timer.start();
    Timer outcome = failed;
    try {
      T result = framework.timeControllerExecution(execution);
      outcome = succeeded;
      return result;
    } finally {
      sample.stop(outcome);
    }
  }

  @Override
  public void reconcileCustomResource(
      HasMetadata resource, RetryInfo retryInfo, Map<String, Object> metadata) {
    reconciliations.increment();
    framework.reconcileCustomResource(resource, retryInfo, metadata);
  }

  @Override
  public void controllerRegistered(Controller<? extends HasMetadata> controller) {
    framework.controllerRegistered(controller);
  }

  @Override
  public void receivedEvent(Event event, Map<String, Object> metadata) {
    framework.receivedEvent(event, metadata);
  }

  @Override
  public void failedReconciliation(
      HasMetadata resource, Exception exception, Map<String, Object> metadata) {
    framework.failedReconciliation(resource, exception, metadata);
  }

  @Override
  public void reconciliationExecutionStarted(HasMetadata resource, Map<String, Object> metadata) {
    framework.reconciliationExecutionStarted(resource, metadata);
  }

  @Override
  public void reconciliationExecutionFinished(HasMetadata resource, Map<String, Object> metadata) {
    framework.reconciliationExecutionFinished(resource, metadata);
  }

  @Override
  public void cleanupDoneFor(ResourceID resourceID, Map<String, Object> metadata) {
    framework.cleanupDoneFor(resourceID, metadata);
  }

  @Override
  public void finishedReconciliation(HasMetadata resource, Map<String, Object> metadata) {
    framework.finishedReconciliation(resource, metadata);
  }

  @Override
  public <T extends Map<?, ?>> T monitorSizeOf(T map, String name) {
    return framework.monitorSizeOf(map, name);
  }
}
