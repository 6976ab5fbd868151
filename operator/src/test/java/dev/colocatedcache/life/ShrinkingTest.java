package dev.colocatedcache.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Shrinking a failure")
final class ShrinkingTest {
  private static final List<Integer> MANY = IntStream.range(0, 100).boxed().toList();

  @Test
  @DisplayName("leaves what it needs and nothing else, in its order")
  void needed() {
    List<Integer> shrunk =
        Shrinking.of(MANY, part -> part.containsAll(List.of(3, 70, 71)), () -> true);

    assertThat(shrunk).containsExactly(3, 70, 71);
  }

  @Test
  @DisplayName("ends when there is no time left, with what still fails")
  void noTime() {
    AtomicInteger tries = new AtomicInteger();

    List<Integer> shrunk =
        Shrinking.of(
            MANY,
            part -> {
              tries.incrementAndGet();
              return part.contains(99);
            },
            () -> tries.get() < 3);

    assertThat(tries).hasValue(3);
    assertThat(shrunk).contains(99).hasSizeLessThan(100);
  }

  @Test
  @DisplayName("asks nothing where there is one step only")
  void one() {
    assertThat(Shrinking.of(List.of(1), part -> false, () -> true)).containsExactly(1);
  }
}
