package dev.colocatedcache.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairCountTest {
  @Test
  void twoHalvesInOneDomainAreAPair() {
    assertThat(PairCount.of(List.of(service("a"), cache("a")))).isEqualTo(new PairCount(1, 1, 0));
  }

  @Test
  void twoHalvesInTwoDomainsAreNone() {
    assertThat(PairCount.of(List.of(service("a"), cache("b")))).isEqualTo(new PairCount(0, 0, 2));
  }

  @Test
  void aPairIsReadyWhenBothHalvesAre() {
    OwnPod starting = new OwnPod(Role.CACHE, "a", "a", false, false, null);
    assertThat(PairCount.of(List.of(service("a"), starting))).isEqualTo(new PairCount(1, 0, 0));
  }

  @Test
  void aTerminatingHalfIsGoneAlready() {
    OwnPod leaving = new OwnPod(Role.CACHE, "a", "a", true, true, null);
    assertThat(PairCount.of(List.of(service("a"), leaving))).isEqualTo(new PairCount(0, 0, 1));
  }

  @Test
  void aNewPodBesideTheOldOneIsNotApart() {
    assertThat(PairCount.of(List.of(service("a"), cache("a"), cache("a"))))
        .isEqualTo(new PairCount(1, 1, 0));
  }

  @Test
  void aPodOnNoNodeIsNotApart() {
    OwnPod pending = new OwnPod(Role.CACHE, null, null, false, false, null);
    assertThat(PairCount.of(List.of(pending))).isEqualTo(new PairCount(0, 0, 0));
  }

  private static OwnPod service(String node) {
    return new OwnPod(Role.SERVICE, node, node, true, false, null);
  }

  private static OwnPod cache(String node) {
    return new OwnPod(Role.CACHE, node, node, true, false, null);
  }
}
