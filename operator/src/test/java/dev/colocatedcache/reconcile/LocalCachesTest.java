package dev.colocatedcache.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.FollowerNeed;
import dev.colocatedcache.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A service pod is written as its node and what its gate says (a:True), or as its node alone where
 * it has no gate; a cache as its node, with ! if it is not Ready, - if it is terminating and * if
 * it would not follow an anchor.
 */
@DisplayName("A service pod with the readiness gate is told")
final class LocalCachesTest {

  @ParameterizedTest(name = "services {0}, caches {1}: {2}")
  @CsvSource({
    "a:Unknown, a, a=True",
    "a:Unknown, b, a=False",
    "a:Unknown, a!, a=False",
    "a:True, a, ''",
    "a:True, a-, a=False",
    "a:True, a!, a=False",
    "a:False, a, a=True",
    "a:False, '', ''",
    "a:True a:False, a, a=True",
    "a:True b:False, b, a=False b=True",
    "a, a, ''",
    "?:Unknown, a, ''",
    "a:Unknown-, a, ''",
    "a:Unknown, a- a, a=True",
  })
  @DisplayName("of a Ready cache in its domain that stays, and of nothing that it knows")
  void told(String services, String caches, String changes) {
    assertThat(caches(services, caches).changes())
        .extracting(verdict -> verdict.pod().node() + "=" + verdict.status())
        .containsExactly(words(changes).toArray(String[]::new));
  }

  @Test
  @DisplayName("of a cache on another node, where pairs share a zone")
  void zones() {
    LocalCaches zones =
        new LocalCaches(services("a1:Unknown b1:Unknown"), caches("a2"), n -> n.substring(0, 1));

    assertThat(zones.changes()).extracting(LocalCaches.Verdict::ready).containsExactly(true, false);
  }

  @ParameterizedTest(name = "services {0}, caches {1}: {2}")
  @CsvSource({
    "a:True b:True, a b, NONE",
    "a:True b:True, a, ARRIVAL",
    "a:True b:True, a b-, ARRIVAL",
    "a:True b:True, a b!, ROLLOUT",
    "a:True b:True, a c*, ROLLOUT",
    "a b, a, NONE",
    "a:True, a b!, NONE",
  })
  @DisplayName("and an anchor that waits for a follower says so")
  void need(String services, String caches, FollowerNeed need) {
    assertThat(caches(services, caches).need()).isEqualTo(need);
  }

  private static LocalCaches caches(String services, String caches) {
    return new LocalCaches(services(services), caches(caches), node -> node);
  }

  private static List<RunningPod> services(String written) {
    List<RunningPod> pods = new ArrayList<>();
    for (String word : words(written)) {
      String[] parts = word.replace("-", "").split(":", -1);
      pods.add(
          pod(
              "service-" + pods.size(),
              parts[0],
              true,
              word.endsWith("-"),
              parts.length == 1 ? Map.of() : Map.of(Workload.LOCAL_CACHE, parts[1]),
              false));
    }
    return pods;
  }

  private static List<RunningPod> caches(String written) {
    return words(written).stream()
        .map(
            word ->
                pod(
                    "cache-" + word,
                    word.substring(0, word.length() - (word.matches(".*[!*-]") ? 1 : 0)),
                    !word.endsWith("!"),
                    word.endsWith("-"),
                    Map.of(),
                    !word.endsWith("*")))
        .toList();
  }

  private static RunningPod pod(
      String name,
      String node,
      boolean ready,
      boolean terminating,
      Map<String, String> gates,
      boolean attracted) {
    return new RunningPod(
        name,
        "hash",
        node.equals("?") ? null : node,
        ready,
        terminating,
        null,
        Set.of(),
        null,
        gates,
        attracted,
        null);
  }

  private static List<String> words(String written) {
    return written.isEmpty() ? List.of() : List.of(written.split(" "));
  }
}
