package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.testing.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Breaks real input at random places. {@code -Dplan.fuzz.seconds=600 -Dplan.fuzz.seed=…} does it
 * for longer, and otherwise.
 */
@DisplayName("Whatever it is given,")
final class PlanFuzzTest {
  private static final Path DATA = Path.of("src/test/resources/plan");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AT_LEAST = 60;
  private static final Duration HANG = Duration.ofSeconds(60);

  /** What may stand for a value; JSON. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1e3",
          "1.5",
          "9223372036854775807",
          "1e400",
          "\"\"",
          "\" \"",
          "\"x\"",
          "\"-1\"",
          "\"0.5Gi\"",
          "\"1e99\"",
          "\"9223372036854775808\"",
          "\"\\u0000\"",
          "\"<b>\"",
          "\"%s %d\"",
          "\"../..\"",
          "[]",
          "[null]",
          "[[]]",
          "{}",
          "{\"\": null}",
          "{\"a\": {\"b\": []}}",
          "[{\"name\": \"a\"}, {\"name\": \"a\"}]",
          "\"🦆\"");

  @TempDir private Path folder;

  @Test
  @DisplayName("a plan is an answer or a sentence: no crash, no hang, no stack trace")
  void mutants() throws IOException {
    long seed = Long.getLong("plan.fuzz.seed", 20260101L);
    long end =
        System.nanoTime() + Duration.ofSeconds(Long.getLong("plan.fuzz.seconds", 0)).toNanos();
    Random random = new Random(seed);
    int answered = 0;
    for (int i = 0; i < AT_LEAST || System.nanoTime() < end; i++) {
      boolean breakCluster = random.nextBoolean();
      String cluster = Files.readString(DATA.resolve("cluster.json"));
      String manifest =
          Files.readString(DATA.resolve(random.nextBoolean() ? "checkout.yaml" : "shop.yaml"));
      Path snapshot = folder.resolve("cluster.json");
      Path file = folder.resolve("manifest.yaml");
      Files.write(
          snapshot,
          breakCluster ? mutant(random, JSON.readTree(cluster), cluster) : bytes(cluster));
      Files.write(
          file,
          breakCluster
              ? bytes(manifest)
              : mutant(random, JSON.valueToTree(Yaml.documents(manifest)), manifest));
      String[] args = args(random, file, snapshot);

      CommandRun run =
          Assertions.assertTimeoutPreemptively(HANG, () -> CommandRun.of(args), "it hangs");

      answered += run.exit() < 2 ? 1 : 0;
      String which = "mutant " + i + " of seed " + seed + ": " + String.join(" ", args);
      assertThat(run.exit()).as(which).isBetween(0, 2);
      assertThat(run.err())
          .as(which)
          .doesNotContain("\tat ", "Exception", "java.", "fasterxml", "fabric8", "snakeyaml");
      if (run.exit() == 2) {
        assertThat(run.out()).as(which).isEmpty();
        assertThat(run.err()).as(which).isNotBlank().hasSizeLessThan(8000);
      }
    }
    assertThat(answered).as("answers, of which some have to be left").isPositive();
  }

  private static String[] args(Random random, Path file, Path snapshot) {
    List<String> args =
        new ArrayList<>(
            List.of("plan", "-f", file.toString(), "--snapshot", snapshot.toString(), "-n", "a"));
    args.addAll(List.of("-o", List.of("table", "json", "yaml", "html").get(random.nextInt(4))));
    List<List<String>> whatIfs =
        List.of(
            List.of(),
            List.of("--drain", "alder"),
            List.of("--cordon", "fir"),
            List.of("--without-zone", "zone-a"),
            List.of("--add-nodes", "3", "--like", "birch"),
            List.of("--replicas", "2147483647"));
    args.addAll(whatIfs.get(random.nextInt(whatIfs.size())));
    return args.toArray(String[]::new);
  }

  /** One to three changes of the tree or of its bytes. */
  private static byte[] mutant(Random random, JsonNode tree, String text) throws IOException {
    if (random.nextInt(4) == 0) {
      return mutant(random, bytes(text));
    }
    for (int i = random.nextInt(3); i >= 0; i--) {
      mutate(random, tree);
    }
    if (tree instanceof ArrayNode documents) {
      StringBuilder all = new StringBuilder();
      documents.forEach(document -> all.append("---\n").append(document).append('\n'));
      return bytes(all.toString());
    }
    return bytes(tree.toString());
  }

  private static byte[] mutant(Random random, byte[] bytes) {
    int at = random.nextInt(bytes.length);
    if (random.nextInt(3) == 0) {
      return java.util.Arrays.copyOf(bytes, at);
    }
    byte[] changed = bytes.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    return changed;
  }

  private static void mutate(Random random, JsonNode tree) throws IOException {
    List<JsonNode> containers = new ArrayList<>();
    collect(tree, containers);
    if (containers.isEmpty()) {
      return;
    }
    JsonNode chosen = containers.get(random.nextInt(containers.size()));
    JsonNode value =
        random.nextInt(4) == 0
            ? containers.get(random.nextInt(containers.size())).deepCopy()
            : JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
    if (chosen instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(3)) {
        case 0 -> object.remove(name);
        case 1 -> object.set(name + (random.nextBoolean() ? "" : "x"), value);
        default -> object.set(name, value);
      }
    } else if (chosen instanceof ArrayNode array) {
      int at = random.nextInt(array.size());
      switch (random.nextInt(3)) {
        case 0 -> array.remove(at);
        case 1 -> array.insert(at, array.get(at).deepCopy());
        default -> array.set(at, value);
      }
    }
  }

  /** All objects and lists that have something in them. */
  private static void collect(JsonNode node, List<JsonNode> found) {
    if (node.isContainerNode() && !node.isEmpty()) {
      found.add(node);
      node.forEach(child -> collect(child, found));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
