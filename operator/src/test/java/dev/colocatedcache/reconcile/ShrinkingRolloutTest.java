package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.status.Capacity;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A changed template that fits fewer pairs than run")
final class ShrinkingRolloutTest {

  @ParameterizedTest(name = "{0} asked for, {1} run, {2} needed, {3} fit, allowShrink {4}: {5}")
  @CsvSource({
    "3, 3, 1, 3, false, nothing",
    "3, 3, 1, 2, false, RolloutShrinks",
    "3, 3, 2, 2, false, RolloutShrinks",
    "3, 3, 3, 2, false, NoRoomForRollout",
    "3, 3, 3, 2, true, RolloutShrinks",
    "3, 3, 1, 0, false, NoRoomForRollout",
    // Fewer are asked for at the same time.
    "2, 3, 2, 2, false, nothing",
    "0, 3, 0, 0, false, nothing",
    // Fewer run than are needed already: it makes nothing worse.
    "3, 2, 3, 2, false, nothing",
    "3, 2, 3, 1, false, NoRoomForRollout",
    // Nothing runs yet.
    "3, 0, 1, 0, false, nothing",
  })
  @DisplayName("is not rolled out, or is after it has been said, by what is needed and allowed")
  void says(int asked, int running, int needed, int fits, boolean allowed, String reason) {
    Capacity capacity = new Capacity(asked, fits, 4, fits, Map.of(), "kubernetes.io/hostname");

    assertThat(
            new ShrinkingRollout(capacity, running, needed, allowed)
                .problem()
                .map(problem -> problem.reason().name())
                .orElse("nothing"))
        .isEqualTo(reason);
  }
}
