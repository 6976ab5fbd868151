package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pairs that take the places of others")
final class VictimWaitTest {
  private static final ResourceID ID = new ResourceID("checkout", "shop");

  private final Time time = new Time();
  private final VictimWait wait = new VictimWait(time);

  @Test
  @DisplayName("wait until those have gone")
  void gone() {
    assertThat(wait.waiting(ID, 2)).isEqualTo(2);
    time.pass(30);
    assertThat(wait.waiting(ID, 1)).isEqualTo(1);
    assertThat(wait.over()).isEmpty();
    assertThat(wait.waiting(ID, 0)).isZero();
  }

  @Test
  @DisplayName("come after 45 seconds whatever becomes of those")
  void longEnough() {
    wait.waiting(ID, 2);
    time.pass(46);

    assertThat(wait.waiting(ID, 2)).isZero();
    assertThat(wait.over()).containsExactly(ID);
  }

  @Test
  @DisplayName("wait anew for others that come later")
  void anew() {
    wait.waiting(ID, 1);
    time.pass(46);
    wait.waiting(ID, 0);

    assertThat(wait.waiting(ID, 1)).isEqualTo(1);
    assertThat(wait.over()).isEmpty();
  }

  @Test
  @DisplayName("are forgotten with their ColocatedCache")
  void forgotten() {
    wait.waiting(ID, 1);
    wait.forget(List.of(ID));
    time.pass(46);

    assertThat(wait.over()).isEmpty();
  }

  private static final class Time extends Clock {
    private Instant now = Instant.EPOCH;

    void pass(int seconds) {
      now = now.plus(Duration.ofSeconds(seconds));
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
