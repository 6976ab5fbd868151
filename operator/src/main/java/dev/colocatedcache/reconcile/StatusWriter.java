package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.reconcile.child.ChildWriter;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.status.StatusReport;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes a status that differs from the one that is there, and announces what it says for the first
 * time.
 *
 * <p>The next reconciliation must see what this one has written, or it would write and announce it
 * again, so the answer of the API server goes into the cache before the informer brings it.
 */
final class StatusWriter {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);

  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(ChildWriter.FIELD_MANAGER)
          .withForce(true)
          .build();

  private final Transitions transitions;

  StatusWriter(Transitions transitions) {
    this.transitions = transitions;
  }

  /** Tells of a failure after which the same is tried again. */
  void tell(
      ColocatedCache resource, Exception failure, Instant now, Context<ColocatedCache> context) {
    KubernetesClientException refused = ofApiServer(failure);
    if (refused != null) {
      String message = Refusals.message(refused) + "; it is tried again";
      // A conflict only means that the informers lag behind.
      boolean lag = refused.getCode() == HttpURLConnection.HTTP_CONFLICT;
      LOG.atLevel(lag ? Level.DEBUG : Level.WARN).log(message);
      // Most of what fails once is over when it is tried again, and worth no word.
      if (!lag && context.getRetryInfo().isPresent()) {
        tryWrite(resource, new StatusReport(resource, now).retrying(message), context);
      }
    } else {
      LOG.error("this should not happen; it is tried again", failure);
    }
  }

  /** What the API server answered, however it is wrapped; null where it was not asked. */
  private static KubernetesClientException ofApiServer(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof KubernetesClientException refused) {
        return refused;
      }
    }
    return null;
  }

  /** Writes where it does no harm if it fails: what comes next writes it. */
  void tryWrite(
      ColocatedCache resource, ColocatedCacheStatus status, Context<ColocatedCache> context) {
    try {
      write(resource, status, context);
    } catch (KubernetesClientException e) {
      LOG.debug("the status could not be written: {}", e.getMessage());
    }
  }

  void write(
      ColocatedCache resource, ColocatedCacheStatus status, Context<ColocatedCache> context) {
    ColocatedCacheStatus before = resource.getStatus();
    if (status.equals(before)) {
      return;
    }
    ColocatedCache patch = new ColocatedCache();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withName(resource.getMetadata().getName())
            .withNamespace(resource.getMetadata().getNamespace())
            .build());
    patch.setStatus(status);
    ColocatedCache written = context.getClient().resource(patch).subresource("status").patch(APPLY);
    context
        .eventSourceRetriever()
        .getControllerEventSource()
        .handleRecentResourceUpdate(ResourceID.fromResource(resource), written, resource);
    transitions.announce(resource, before, status);
  }
}
