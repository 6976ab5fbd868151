package dev.colocatedcache.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The lock")
final class ObservedLockTest {
  private static final Duration LEASE = Duration.ofSeconds(15);

  private long millis;
  private final Tenure tenure =
      new Tenure(Duration.ofSeconds(10), () -> millis * 1_000_000, () -> millis);
  private final Stored stored = new Stored();
  private final ObservedLock lock = new ObservedLock(stored, "the Lease a/b", tenure);

  /** As the API server stores it. */
  private static final class Stored implements Lock {
    private LeaderElectionRecord record;
    private KubernetesClientException refusal;
    private Runnable meanwhile = () -> {};

    @Override
    public LeaderElectionRecord get(KubernetesClient client) {
      refuse();
      return record;
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord created) {
      update(client, created);
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord updated) {
      meanwhile.run();
      refuse();
      record = updated;
    }

    private void refuse() {
      if (refusal != null) {
        throw refusal;
      }
    }

    @Override
    public String identity() {
      return "me";
    }

    @Override
    public String describe() {
      return "stored";
    }
  }

  private static LeaderElectionRecord heldBy(String holder, ZonedDateTime renewed) {
    return new LeaderElectionRecord(holder, LEASE, renewed, renewed, 0);
  }

  private static ZonedDateTime now() {
    return ZonedDateTime.now(ZoneOffset.UTC);
  }

  /** As fabric8's elector decides whether it may take the place of the holder. */
  private boolean hasRunOut() {
    LeaderElectionRecord record = lock.get(null);
    return !record.getRenewTime().plus(record.getLeaseDuration()).isAfter(now());
  }

  @Test
  @DisplayName("of another runs out a lease's duration after it was last seen to change")
  void runsOut() {
    stored.record = heldBy("other", now());
    assertThat(hasRunOut()).isFalse();
    millis += 14_000;
    assertThat(hasRunOut()).isFalse();
    stored.record = heldBy("other", now().plusNanos(1));
    assertThat(hasRunOut()).isFalse();
    millis += 14_000;
    assertThat(hasRunOut()).isFalse();
    millis += 1_000;
    assertThat(hasRunOut()).isTrue();
  }

  @Test
  @DisplayName(
      "of another whose clock is an hour behind, or ahead, runs out no sooner and no later")
  void skew() {
    for (long hours : new long[] {-1, 1}) {
      stored.record = heldBy("other", now().plusHours(hours));
      assertThat(hasRunOut()).isFalse();
      millis += 14_000;
      assertThat(hasRunOut()).isFalse();
      millis += 1_000;
      assertThat(hasRunOut()).isTrue();
    }
  }

  @Test
  @DisplayName("lets its holder write from the moment at which it asked for it")
  void tenure() {
    stored.meanwhile = () -> millis += 3_000;
    lock.create(null, heldBy("me", now()));
    assertThat(tenure.holds()).isTrue();
    millis += 7_000;
    assertThat(tenure.holds()).isFalse();

    lock.update(null, heldBy("me", now()));
    assertThat(tenure.holds()).isTrue();
  }

  @Test
  @DisplayName("that is given back names nobody, and its holder writes no more even before it is")
  void givenBack() {
    lock.create(null, heldBy("me", now()));
    stored.meanwhile = () -> assertThat(tenure.holds()).isFalse();

    lock.update(null, heldBy(null, now()));

    assertThat(stored.record.getHolderIdentity()).isEmpty();
    assertThat(tenure.holds()).isFalse();
  }

  @Test
  @DisplayName("that another was quicker to take is no trouble, and gives no right to write")
  void conflict() {
    stored.refusal = new KubernetesClientException("the object has been modified", 409, null);

    assertThatThrownBy(() -> lock.update(null, heldBy("me", now()))).isEqualTo(stored.refusal);

    assertThat(lock.trouble()).isEmpty();
    assertThat(tenure.holds()).isFalse();
  }

  @Test
  @DisplayName("that cannot be read says why, until it can")
  void trouble() {
    stored.refusal = new KubernetesClientException("leases is forbidden", 403, null);
    assertThatThrownBy(() -> lock.get(null)).isEqualTo(stored.refusal);
    assertThat(lock.trouble()).isEqualTo("leases is forbidden");

    stored.refusal = null;
    assertThat(lock.get(null)).isNull();
    assertThat(lock.trouble()).isEmpty();
  }
}
