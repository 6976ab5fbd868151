package dev.colocatedcache.ops;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.net.HttpURLConnection;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock whose holder's clock does not matter. The lease of another has run out when nobody has
 * renewed it for its duration <em>since this process saw it change</em>, as client-go has it; the
 * elector by itself would compare the holder's clock with its own. And it tells the {@link Tenure}
 * of every renewal.
 */
final class ObservedLock implements Lock {
  private static final Logger LOG = LoggerFactory.getLogger(ObservedLock.class);

  private final Lock lock;
  private final String name;
  private final Tenure tenure;
  private LeaderElectionRecord seen;
  private Tenure.Moment seenAt;
  private volatile String trouble = "";

  /**
   * @param name of the lock in a sentence
   */
  ObservedLock(Lock lock, String name, Tenure tenure) {
    this.lock = lock;
    this.name = name;
    this.tenure = tenure;
  }

  /** Why the lock could not be read or written the last time; empty when it could. */
  String trouble() {
    return trouble;
  }

  @Override
  public synchronized LeaderElectionRecord get(KubernetesClient client) {
    LeaderElectionRecord now;
    try {
      now = lock.get(client);
      well();
    } catch (KubernetesClientException e) {
      throw noted(e);
    }
    if (now == null) {
      return null;
    }
    if (!Objects.equals(now, seen)) {
      seen = now;
      seenAt = tenure.now();
    }
    return new LeaderElectionRecord(
        now.getHolderIdentity(),
        now.getLeaseDuration(),
        now.getAcquireTime(),
        ZonedDateTime.now(ZoneOffset.UTC).minus(tenure.since(seenAt)),
        now.getLeaderTransitions());
  }

  @Override
  public synchronized void create(KubernetesClient client, LeaderElectionRecord record) {
    write(record, () -> lock.create(client, record));
  }

  @Override
  public synchronized void update(KubernetesClient client, LeaderElectionRecord record) {
    LeaderElectionRecord written =
        record.getHolderIdentity() == null ? withoutHolder(record) : record;
    write(written, () -> lock.update(client, written));
  }

  /** A merge patch leaves alone what is not there; nobody is written as nothing. */
  private static LeaderElectionRecord withoutHolder(LeaderElectionRecord record) {
    return new LeaderElectionRecord(
        "",
        record.getLeaseDuration(),
        record.getAcquireTime(),
        record.getRenewTime(),
        record.getLeaderTransitions());
  }

  private void write(LeaderElectionRecord record, Runnable request) {
    boolean ours = identity().equals(record.getHolderIdentity());
    if (!ours) {
      tenure.end();
    }
    Tenure.Moment asked = tenure.now();
    try {
      request.run();
    } catch (KubernetesClientException e) {
      throw noted(e);
    }
    if (ours) {
      tenure.renewed(asked);
    }
    well();
  }

  /** A conflict is no trouble: another was quicker. */
  private KubernetesClientException noted(KubernetesClientException e) {
    if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
      String now = sentence(e);
      if (!now.equals(trouble)) {
        LOG.warn("{} cannot be read or written; it is tried again: {}", describe(), now);
      }
      trouble = now;
    }
    return e;
  }

  private void well() {
    if (!trouble.isEmpty()) {
      LOG.info("{} can be read and written again", describe());
    }
    trouble = "";
  }

  private static String sentence(KubernetesClientException e) {
    if (e.getStatus() != null && e.getStatus().getMessage() != null) {
      return e.getStatus().getMessage();
    }
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
  }

  @Override
  public String identity() {
    return lock.identity();
  }

  @Override
  public String describe() {
    return name;
  }
}
