package dev.colocatedcache.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is given to threads that are held")
final class HeldThreadsTest {
  private final HeldThreads threads = new HeldThreads(2);
  private final List<Integer> done = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  @DisplayName("is done when they are let go, all of it, and so is what comes later")
  void letGo() {
    IntStream.range(0, 5).forEach(i -> threads.execute(() -> done.add(i)));
    assertThat(threads.getTaskCount()).as("given to a thread").isZero();

    threads.letGo();
    threads.execute(() -> done.add(5));

    await().until(() -> done.size() == 6);
    assertThat(done).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
  }

  @Test
  @DisplayName("is never done when they end before")
  void ended() throws InterruptedException {
    threads.execute(() -> done.add(0));
    threads.shutdown();

    assertThat(threads.awaitTermination(1, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    assertThat(done).isEmpty();
  }
}
