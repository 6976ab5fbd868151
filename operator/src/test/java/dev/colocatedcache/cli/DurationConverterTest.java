package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

@DisplayName("A duration")
final class DurationConverterTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "15, 15000, 15s",
    "15s, 15000, 15s",
    "1m30s, 90000, 90s",
    "1h, 3600000, 3600s",
    "500ms, 500, 500ms",
    "1s500ms, 1500, 1500ms",
    "0, 0, 0s"
  })
  @DisplayName("is read as Kubernetes' components read it, and a bare number as seconds")
  void read(String text, long millis, String written) {
    Duration duration = new DurationConverter().convert(text);

    assertThat(duration).isEqualTo(Duration.ofMillis(millis));
    assertThat(DurationConverter.text(duration)).isEqualTo(written);
  }

  @ParameterizedTest(name = "''{0}''")
  @ValueSource(strings = {"", "s", "-1", "1.5s", "15 s", "1s1m", "1d", "99999999999999"})
  @DisplayName("of another form is refused with an example")
  void refused(String text) {
    assertThatThrownBy(() -> new DurationConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("'" + text + "' is not a duration: give one like 15s, 1m30s or 500ms");
  }
}
