package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.reconcile.child.ChildWriter;
import dev.colocatedcache.reconcile.child.Refusals;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what happens once: Events on a ColocatedCache, and the same in the log. What lasts is in
 * the conditions; at rest nothing is announced.
 */
public final class Announcer {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
  private static final DateTimeFormatter MICRO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  /** The API server cuts nothing: it refuses a longer note. */
  private static final int NOTE_LIMIT = 1024;

  private final KubernetesClient client;
  private final Clock clock;
  private final String instance;

  /**
   * @param instance which operator this is, as it stands in the Events
   */
  public Announcer(KubernetesClient client, Clock clock, String instance) {
    this.client = client;
    this.clock = clock;
    this.instance = instance;
  }

  /** Something went as it should. */
  void normal(ColocatedCache about, String reason, String note) {
    announce(about, "Normal", reason, note);
  }

  /** Something that a person may want to look at. */
  void warning(ColocatedCache about, String reason, String note) {
    announce(about, "Warning", reason, note);
  }

  /**
   * A child that somebody had changed was put right.
   *
   * @param field that had been changed
   * @param by who had put it there; null where that is not known
   */
  public void putRight(ColocatedCache owner, HasMetadata child, String field, String by) {
    String what = child.getKind() + " " + child.getMetadata().getName();
    String name = owner.getMetadata().getName();
    if (field.equals("spec.replicas")) {
      warning(
          owner,
          "ScaleReverted",
          what
              + " was scaled by hand and has been put back, for its replicas follow the"
              + " ColocatedCache: use `kubectl scale ccache/"
              + name
              + " --replicas=N` instead");
      return;
    }
    warning(
        owner,
        "DriftReverted",
        what
            + " was changed at "
            + field
            + (by == null ? "" : " by " + by)
            + " and has been put back: change ColocatedCache "
            + name
            + " instead");
  }

  /** An object that was nobody's is now a child. */
  public void adopted(ColocatedCache owner, HasMetadata child) {
    normal(
        owner, "Adopted", child.getKind() + " " + child.getMetadata().getName() + " was adopted");
  }

  private void announce(ColocatedCache about, String type, String reason, String note) {
    LOG.info("{}: {}", reason, note);
    String text = note.length() <= NOTE_LIMIT ? note : note.substring(0, NOTE_LIMIT - 1) + "…";
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withName(about.getMetadata().getName() + "." + UUID.randomUUID())
            .withNamespace(about.getMetadata().getNamespace())
            .endMetadata()
            .withType(type)
            .withReason(reason)
            .withNote(text)
            .withAction("Reconcile")
            .withEventTime(new MicroTime(MICRO.format(clock.instant())))
            .withReportingController("colocatedcache.dev/" + ChildWriter.FIELD_MANAGER)
            .withReportingInstance(instance)
            .withRegarding(reference(about))
            .build();
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      // An Event that is lost must not keep a pair from being placed.
      LOG.warn("Event {} could not be written: {}", reason, Refusals.message(e));
    }
  }

  private static ObjectReference reference(ColocatedCache about) {
    return new ObjectReferenceBuilder()
        .withApiVersion(ColocatedCache.API_VERSION)
        .withKind(ColocatedCache.class.getSimpleName())
        .withNamespace(about.getMetadata().getNamespace())
        .withName(about.getMetadata().getName())
        .withUid(about.getMetadata().getUid())
        .withResourceVersion(about.getMetadata().getResourceVersion())
        .build();
  }
}
