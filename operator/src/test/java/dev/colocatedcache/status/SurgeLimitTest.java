package dev.colocatedcache.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.Role;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of surges")
final class SurgeLimitTest {
  private static final String REPELLED = "node(s) didn't satisfy existing pods anti-affinity rules";

  @Test
  @DisplayName("nothing is said unless they are asked for")
  void notAsked() {
    assertThat(said(SurgeLimit.NOT_ASKED)).isEmpty();
  }

  @Test
  @DisplayName("is said that they are granted")
  void granted() {
    assertThat(said(new SurgeLimit(true, Map.of())))
        .singleElement()
        .satisfies(
            condition -> {
              assertThat(condition.getStatus()).isEqualTo("False");
              assertThat(condition.getReason()).isEqualTo("NewBesideOld");
            });
  }

  @Test
  @DisplayName("is said which role's pods are replaced instead, on which nodes and why")
  void limited() {
    Map<String, List<String>> nodes = new TreeMap<>();
    for (int i = 1; i <= 7; i++) {
      nodes.put("node-" + i, List.of("Insufficient cpu", "Too many pods"));
    }

    Condition condition = only(Map.of(Role.CACHE, nodes));

    assertThat(condition.getStatus()).isEqualTo("True");
    assertThat(condition.getReason()).isEqualTo("NoRoomForBoth");
    assertThat(condition.getMessage())
        .startsWith(
            "a rollout of the cache replaces pods, for a new one does not fit beside the old one on"
                + " node-1 (Insufficient cpu, Too many pods), node-2 ")
        .endsWith("node-5 (Insufficient cpu, Too many pods) and 2 more");
  }

  @Test
  @DisplayName("is said that pods of before are replaced once")
  void lastReplace() {
    Condition condition = only(Map.of(Role.SERVICE, Map.of("node-1", List.of(REPELLED))));

    assertThat(condition.getReason()).isEqualTo("OldPodsRepel");
    assertThat(condition.getMessage()).contains("service replaces pods this once", "node-1");
  }

  @Test
  @DisplayName("is said that a rollout goes on by replacing, though there may be room by now")
  void goesOn() {
    assertThat(only(Map.of(Role.CACHE, Map.of())).getMessage())
        .isEqualTo("a rollout of the cache replaces pods until it is done");
  }

  private static Condition only(Map<Role, Map<String, List<String>>> replaced) {
    return said(new SurgeLimit(true, replaced)).get(0);
  }

  private static List<Condition> said(SurgeLimit limit) {
    Conditions conditions = new Conditions(List.of(), 1L, Instant.EPOCH);
    limit.addTo(conditions);
    return conditions.list();
  }
}
