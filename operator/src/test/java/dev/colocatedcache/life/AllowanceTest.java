package dev.colocatedcache.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.testing.PodHistory.Death;
import dev.colocatedcache.workload.Labels;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of the pods that died")
final class AllowanceTest {
  private final Allowance allowance = new Allowance();

  @Test
  @DisplayName("each is one too many where no operation had to kill it")
  void none() {
    assertThat(allowance.exceededBy(List.of(death("c1", "service", "n1"))))
        .singleElement()
        .asString()
        .contains("service of c1", "which 0 had to be");
  }

  @Test
  @DisplayName("so many of each half are explained by pairs that had to go, and no more")
  void pairs() {
    allowance.pairs("c1", 1);

    assertThat(
            allowance.exceededBy(List.of(death("c1", "service", "n1"), death("c1", "cache", "n1"))))
        .isEmpty();
    assertThat(
            allowance.exceededBy(
                List.of(death("c1", "service", "n1"), death("c1", "service", "n2"))))
        .hasSize(1);
    assertThat(allowance.exceededBy(List.of(death("c2", "cache", "n1")))).hasSize(1);
  }

  @Test
  @DisplayName("a half that is rolled explains none of the other half")
  void half() {
    allowance.half("c1", Role.SERVICE);

    assertThat(allowance.exceededBy(List.of(death("c1", "service", "n1")))).isEmpty();
    assertThat(allowance.exceededBy(List.of(death("c1", "cache", "n1")))).hasSize(1);
  }

  @Test
  @DisplayName(
      "those on a node that was drained are explained, and those of a cache that is deleted")
  void nodesAndCaches() {
    allowance.on("n1");
    allowance.all("c2");

    assertThat(
            allowance.exceededBy(List.of(death("c1", "service", "n1"), death("c2", "cache", "n2"))))
        .isEmpty();
  }

  @Test
  @DisplayName("other people's do not count")
  void foreign() {
    assertThat(allowance.exceededBy(List.of(new Death("u", "other", Map.of(), "n1")))).isEmpty();
  }

  private static Death death(String cache, String role, String node) {
    return new Death(
        cache + role + node,
        cache + "-" + role,
        Map.of(Labels.INSTANCE, cache, Labels.ROLE, role),
        node);
  }
}
