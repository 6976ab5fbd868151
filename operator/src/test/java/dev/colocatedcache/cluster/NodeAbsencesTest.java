package dev.colocatedcache.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A node is away")
final class NodeAbsencesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant LONG_AGO = Instant.EPOCH;

  private final NodeAbsences absences = new NodeAbsences();

  @Test
  @DisplayName("while it is not Ready, since its condition says so")
  void notReady() {
    absences.put(node("a", "True", "11:00:00"), NOON);
    assertThat(absences.after(LONG_AGO)).isEmpty();

    absences.put(node("a", "Unknown", "11:59:00"), NOON);
    assertThat(absences.after(LONG_AGO))
        .containsExactly(new AbsentNode("a", false, at("11:59:00")));
    assertThat(absences.after(at("11:59:00"))).as("longer ago").isEmpty();

    absences.put(node("a", "False", "12:00:00"), NOON);
    assertThat(absences.after(LONG_AGO))
        .as("Unknown and then False is one absence")
        .containsExactly(new AbsentNode("a", false, at("11:59:00")));

    absences.put(node("a", "True", "12:01:00"), at("12:01:00"));
    assertThat(absences.after(LONG_AGO)).isEmpty();
  }

  @Test
  @DisplayName("from when it is removed until it is Ready again, not only there again")
  void removed() {
    absences.put(node("a", "True", "11:00:00"), NOON);
    assertThat(absences.remove("a", NOON)).isEmpty();
    assertThat(absences.after(LONG_AGO)).containsExactly(new AbsentNode("a", true, NOON));

    absences.put(node("a", "False", "12:00:05"), at("12:00:05"));
    assertThat(absences.after(LONG_AGO)).containsExactly(new AbsentNode("a", false, NOON));

    absences.put(node("a", "True", "12:00:10"), at("12:00:10"));
    assertThat(absences.after(LONG_AGO)).isEmpty();
  }

  @Test
  @DisplayName("while it carries the taint of one that is, whatever its condition says by then")
  void tainted() {
    Node tainted = node("a", "True", "11:00:00");
    tainted.setSpec(
        Yaml.read(
            "{taints: [{key: node.kubernetes.io/not-ready, effect: NoExecute}]}", NodeSpec.class));
    absences.put(tainted, NOON);
    assertThat(absences.after(LONG_AGO)).containsExactly(new AbsentNode("a", false, NOON));

    absences.put(tainted, at("12:00:05"));
    assertThat(absences.after(LONG_AGO))
        .as("it goes on")
        .containsExactly(new AbsentNode("a", false, NOON));

    absences.put(node("a", "True", "11:00:00"), at("12:00:10"));
    assertThat(absences.after(LONG_AGO)).isEmpty();

    Node repelling = node("b", "True", "11:00:00");
    repelling.setSpec(
        Yaml.read("{taints: [{key: somebody/does, effect: NoExecute}]}", NodeSpec.class));
    absences.put(repelling, NOON);
    assertThat(absences.after(LONG_AGO)).as("on purpose").isEmpty();
  }

  @Test
  @DisplayName("since it was no longer Ready, if it is removed after that")
  void removedAfterwards() {
    absences.put(node("a", "False", "11:59:00"), NOON);
    absences.remove("a", NOON);

    assertThat(absences.after(LONG_AGO)).containsExactly(new AbsentNode("a", true, at("11:59:00")));
  }

  @Test
  @DisplayName("for an hour at most, and no more than a thousand are remembered")
  void bounded() {
    absences.remove("a", NOON);
    assertThat(absences.remove("b", at("13:00:01"))).containsExactly("a");

    for (int i = 0; i < 1000; i++) {
      absences.remove("node-" + i, at("13:00:02"));
    }
    assertThat(absences.after(LONG_AGO))
        .hasSize(1000)
        .extracting(AbsentNode::name)
        .doesNotContain("b");
  }

  private static Instant at(String time) {
    return Instant.parse("2026-01-01T" + time + "Z");
  }

  private static Node node(String name, String ready, String since) {
    return Yaml.read(
        """
        metadata: {name: %s, creationTimestamp: "2026-01-01T00:00:00Z"}
        status:
          conditions:
            - {type: MemoryPressure, status: "False", lastTransitionTime: "2026-01-01T00:00:00Z"}
            - {type: Ready, status: "%s", lastTransitionTime: "2026-01-01T%sZ"}
        """
            .formatted(name, ready, since),
        Node.class);
  }
}
