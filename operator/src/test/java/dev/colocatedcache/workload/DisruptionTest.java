package dev.colocatedcache.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCacheSpec;
import dev.colocatedcache.api.v1alpha1.DisruptionBudget;
import io.fabric8.kubernetes.api.model.IntOrString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A budget")
final class DisruptionTest {

  @ParameterizedTest(name = "of {0} over {1} pairs and {2} Pending lets {3} be away")
  @CsvSource({
    // Nothing is Pending: as it is written.
    "1, 3, 0, 1",
    "25%, 10, 0, 25%",
    // The disruption controller expects the Pending ones too.
    "1, 3, 2, 3",
    "0, 3, 1, 1",
    "25%, 10, 1, 4",
    "25%, 0, 1, 1",
  })
  @DisplayName("is not used up by pods that are Pending on purpose")
  void pending(String limit, int pairs, int pending, String away) {
    IntOrString written =
        limit.endsWith("%") ? new IntOrString(limit) : new IntOrString(Integer.valueOf(limit));
    Disruption disruption =
        Disruption.of(
            new ColocatedCacheSpec(
                1,
                1,
                null,
                null,
                null,
                null,
                null,
                null,
                new DisruptionBudget(DisruptionBudget.Mode.MANAGED, written)));

    assertThat(disruption.budgetMaxUnavailable(pairs, pending).orElseThrow().getValue())
        .hasToString(away);
  }
}
