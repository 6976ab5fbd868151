package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of two views of the cluster")
final class SeenTest {

  @Test
  @DisplayName("the newer is worked from, whoever asks last")
  void newer() {
    Seen older = new Seen(1, null);
    Seen newer = new Seen(2, null);

    assertThat(older.orNewer(newer)).isSameAs(newer);
    assertThat(newer.orNewer(older)).isSameAs(newer);
    assertThat(older.orNewer(null)).isSameAs(older);
  }
}
