package dev.colocatedcache.life;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A short life, or a long one where {@code make life} asks for it: {@code -Dlife.seed}, of the
 * first of {@code -Dlife.worlds} worlds, each of {@code -Dlife.ops} operations, of which {@code
 * -Dlife.at-a-time} are played at a time.
 */
@ExtendWith(DevclusterExtension.class)
@OwnDevcluster
@DisplayName("Whatever happens to them,")
final class LifeIT {
  private static final long SEED = Long.getLong("life.seed", 1);
  private static final int WORLDS = Integer.getInteger("life.worlds", 4);
  private static final int OPERATIONS = Integer.getInteger("life.ops", 8);
  private static final int AT_A_TIME = Integer.getInteger("life.at-a-time", 12);
  private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("life.limit", 150));
  private static final Duration SHRINK =
      Duration.ofMinutes(Integer.getInteger("life.shrink-minutes", 10));

  @Test
  @DisplayName("pairs are whole, as many as fit, and none was killed that need not be")
  void holds(Devcluster cluster) {
    Path log = Path.of("target", "it-logs", "life-" + SEED + ".log");
    try (Life life = new Life(cluster, LIMIT, line -> append(log, line))) {
      List<Script> scripts =
          LongStream.range(SEED, SEED + WORLDS)
              .mapToObj(seed -> Script.of(seed, OPERATIONS))
              .toList();

      List<Life.Failure> failures = life.play(scripts, Math.min(AT_A_TIME, WORLDS));

      if (!failures.isEmpty()) {
        Script shrunk = life.shrunk(failures.get(0).script(), SHRINK);
        append(log, "SHRUNK " + shrunk.text());
        throw new AssertionError(
            "%d of %d worlds broke; of the first this is what it takes:\n%s\nbroken:\n%s"
                .formatted(
                    failures.size(),
                    WORLDS,
                    shrunk.text(),
                    String.join(
                        "\n----\n", failures.stream().map(Life.Failure::toString).toList())));
      }
    }
  }

  private static synchronized void append(Path log, String line) {
    try {
      Files.createDirectories(log.getParent());
      Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
