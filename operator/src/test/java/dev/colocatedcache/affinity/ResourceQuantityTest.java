package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceQuantityTest {

  /**
   * What {@code resource.MustParse(text)} of apimachinery v0.36.3 gives for Value() and
   * MilliValue().
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # text                   | units                | thousandths
          0                        | 0                    | 0
          1                        | 1                    | 1000
          500m                     | 1                    | 500
          0.5                      | 1                    | 500
          1.5                      | 2                    | 1500
          .5                       | 1                    | 500
          5.                       | 5                    | 5000
          .                        | 0                    | 0
          +5                       | 5                    | 5000
          -1                       | -1                   | -1000
          -1.5                     | -2                   | -1500
          100u                     | 1                    | 1
          1n                       | 1                    | 1
          0.1m                     | 1                    | 1
          0.0000000001             | 1                    | 1
          1.0000000001             | 2                    | 1001
          -1.0000000001            | 0                    | -999
          1e3                      | 1000                 | 1000000
          1E3                      | 1000                 | 1000000
          1e+3                     | 1000                 | 1000000
          12e-3                    | 1                    | 12
          1e-12                    | 1                    | 1
          1e-400                   | 1                    | 1
          1k                       | 1000                 | 1000000
          2M                       | 2000000              | 2000000000
          1E                       | 1000000000000000000  | 0
          1Ki                      | 1024                 | 1024000
          0.5Gi                    | 536870912            | 536870912000
          1.5Gi                    | 1610612736           | 1610612736000
          128974848000m            | 128974848            | 128974848000
          1Ei                      | 1152921504606846976  | -9223372036854775808
          16Ei                     | 9223372036854775807  | -1000
          -16Ei                    | -9223372036854775807 | 1000
          9223372036854775807      | 9223372036854775807  | -1000
          1234567890123456789      | 1234567890123456789  | -1363962815083169272
          10000000000000000000     | -8446744073709551616 | 1864712049423024128
          1e30                     | 0                    | 0
          1e400                    | 0                    | 0
          0003                     | 3                    | 3000
          -0                       | 0                    | 0
          """)
  void textIsReadAsApimachineryReadsIt(String text, long units, long thousandths) {
    ResourceQuantity quantity = ResourceQuantity.parse(text);

    assertThat(quantity.value()).isEqualTo(units);
    assertThat(quantity.milliValue()).isEqualTo(thousandths);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "abc", "1GiB", "1 Gi", "--1", "1e", "1.2.3", "1e3Gi", "0x10", "1gi", "e", "1mm",
        "٣"
      })
  void whatIsNoQuantityIsRefused(String text) {
    assertThatThrownBy(() -> ResourceQuantity.parse(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not a quantity");
  }

  @Test
  void sumsAreExactWhereLongsAreNot() {
    ResourceQuantity largest = ResourceQuantity.parse("9000000000000000000");

    assertThat(ResourceQuantity.parse("1.5").plus(ResourceQuantity.parse("500m")).milliValue())
        .isEqualTo(2000);
    assertThat(largest.plus(largest).value()).isEqualTo(-446744073709551616L);
    assertThat(largest.plus(largest).max(largest).value()).isEqualTo(-446744073709551616L);
  }

  @ParameterizedTest
  @CsvSource({"100u, 1", "1500u, 2", "1m, 1", "-100u, -1", "1, 1000", "0.0005Ki, 512"})
  void theApiServerRoundsUpToMilli(String text, long thousandths) {
    Quantity stored = ResourceQuantity.parse(text).roundedUpToMilli().toModel();

    assertThat(ResourceQuantity.of(stored).milliValue()).isEqualTo(thousandths);
    assertThat(ResourceQuantity.of(stored).roundedUpToMilli().milliValue()).isEqualTo(thousandths);
  }
}
