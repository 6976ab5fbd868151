package dev.colocatedcache.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A process may write")
final class TenureTest {
  private long monotonicMillis;
  private long wallMillis = 1_000_000;
  private final Tenure tenure =
      new Tenure(Duration.ofSeconds(10), () -> monotonicMillis * 1_000_000, () -> wallMillis);

  private void pass(long millis) {
    monotonicMillis += millis;
    wallMillis += millis;
  }

  @Test
  @DisplayName("once it has the lease, and not before")
  void atFirst() {
    assertThat(tenure.holds()).isFalse();
    tenure.renewed(tenure.now());
    assertThat(tenure.holds()).isTrue();
  }

  @Test
  @DisplayName("for the span since it asked for the lease, not since it was answered")
  void sinceAsking() {
    Tenure.Moment asked = tenure.now();
    pass(4_000);
    tenure.renewed(asked);
    pass(5_999);
    assertThat(tenure.holds()).isTrue();
    pass(1);
    assertThat(tenure.holds()).isFalse();
  }

  @Test
  @DisplayName("no more when its machine stood still and only the wall clock has caught up")
  void suspended() {
    tenure.renewed(tenure.now());
    wallMillis += 10_000;
    assertThat(tenure.holds()).isFalse();
  }

  @Test
  @DisplayName("no longer when the wall clock is set back")
  void setBack() {
    tenure.renewed(tenure.now());
    monotonicMillis += 10_000;
    wallMillis -= 3_600_000;
    assertThat(tenure.holds()).isFalse();
  }

  @Test
  @DisplayName("until it gives the lease back")
  void ended() {
    tenure.renewed(tenure.now());
    tenure.end();
    assertThat(tenure.holds()).isFalse();
  }
}
