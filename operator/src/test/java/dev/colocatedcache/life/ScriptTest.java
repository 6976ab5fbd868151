package dev.colocatedcache.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A script")
final class ScriptTest {
  private static final int OPERATIONS = 250;

  @Test
  @DisplayName("is the same for the same seed, and another one for another")
  void ofTheSeed() {
    assertThat(Script.of(7, OPERATIONS)).isEqualTo(Script.of(7, OPERATIONS));
    assertThat(Script.of(7, OPERATIONS).steps()).isNotEqualTo(Script.of(8, OPERATIONS).steps());
  }

  @Test
  @DisplayName("begins the same however long it is")
  void sameBeginning() {
    assertThat(Script.of(7, OPERATIONS).steps().subList(0, 40)).isEqualTo(Script.of(7, 40).steps());
  }

  @Test
  @DisplayName("has every operation that there is, over twenty seeds")
  void everyOperation() {
    Set<Class<?>> drawn =
        LongStream.rangeClosed(1, 20)
            .mapToObj(seed -> Script.of(seed, OPERATIONS))
            .flatMap(script -> script.steps().stream())
            .map(step -> step.operation().getClass())
            .collect(Collectors.toSet());

    assertThat(drawn)
        .containsExactlyInAnyOrder(
            Stream.of(Operation.class.getPermittedSubclasses()).toArray(Class<?>[]::new));
  }

  @Test
  @DisplayName("keeps its bursts when steps are left out")
  void bursts() {
    Script script = Script.of(7, OPERATIONS);
    int bursts = script.bursts().size();

    assertThat(script.with(script.steps().subList(1, OPERATIONS)).bursts().size())
        .isBetween(bursts - 1, bursts);
  }
}
