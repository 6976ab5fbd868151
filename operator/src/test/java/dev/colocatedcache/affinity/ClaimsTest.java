package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.TestCluster.HOSTNAME;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Room that is granted")
class ClaimsTest {
  private static final String ROOM_FOR_ONE =
      "status: {allocatable: {cpu: 4, memory: 3Gi, pods: 110}}";

  private final TestCluster cluster = new TestCluster();
  private final Claims<String> claims = new Claims<>();
  private final Pairs pairs = new Pairs(KubernetesVersion.DEFAULT);
  private final PairRequest request = ShopPairs.request(HOSTNAME, 2);

  @Test
  @DisplayName("is taken for all but its owner until it is let go")
  void taken() {
    cluster.node("n1", ROOM_FOR_ONE).node("n2", ROOM_FOR_ONE).node("n3", ROOM_FOR_ONE);
    assertThat(hold("one", request)).containsExactlyInAnyOrder("n1", "n2");

    assertThat(fits("other", ShopPairs.request(HOSTNAME, 3, "", ""))).isEqualTo(1);
    assertThat(fits("one", request)).isEqualTo(3);
    assertThat(claims.release("one")).containsExactlyInAnyOrder("n1", "n2");
    assertThat(fits("other", request)).isEqualTo(3);
  }

  @Test
  @DisplayName("is held once where a half runs, and not at all where the pair does")
  void halves() {
    cluster
        .node("n1", "status: {allocatable: {cpu: 4, memory: 4Gi, pods: 110}}")
        .node("n2", ROOM_FOR_ONE);
    hold("one", request);
    cluster.podOn("n1", ShopPairs.running(ShopPairs.ANCHOR));

    assertThat(podsOn("n1")).as("the anchor, and a follower to come").isEqualTo(2);
    cluster.podOn("n1", ShopPairs.running(ShopPairs.FOLLOWER));
    assertThat(podsOn("n1")).isEqualTo(2);
    assertThat(hold("one", request)).as("what is still open is held as before").isNotEmpty();
    assertThat(podsOn("n1")).isEqualTo(2);
    assertThat(podsOn("n2")).isEqualTo(2);
  }

  @Test
  @DisplayName("is not held beside an anchor that stands where its follower does not fit")
  void misplaced() {
    cluster
        .node("n1", "status: {allocatable: {cpu: 4, memory: 1Gi, pods: 110}}")
        .node("n2", ROOM_FOR_ONE);
    cluster.podOn("n1", ShopPairs.running(ShopPairs.ANCHOR));

    assertThat(hold("one", request.wanting(1))).isEmpty();
    assertThat(claims.holds("one")).isFalse();
  }

  @Test
  @DisplayName("repels and attracts as the pods will that it is held for")
  void terms() {
    cluster.node("n1", "").node("n2", "");
    hold("one", request.wanting(1));

    // Pods of other Deployments with the same labels: each repels the others.
    PairRequest alike =
        new PairRequest(
            request.namespace(), request.anchor(), request.follower(), "a", "f", HOSTNAME, 2);
    assertThat(pairs.evaluate(claims.seenBy("other", cluster.model.snapshot()), alike).pairs())
        .extracting(Pair::domain)
        .containsExactly("n2");
  }

  @Test
  @DisplayName("is granted by priority, then age, then name; what is not stored comes last")
  void rank() {
    Rank important = new Rank(10, "2026-02-02T00:00:00Z", "z/z");
    Rank old = new Rank(0, "2026-01-01T00:00:00Z", "b/a");
    Rank asOld = new Rank(0, "2026-01-01T00:00:00Z", "b/b");
    Rank young = new Rank(0, "2026-01-01T00:00:01Z", "a/a");
    Rank planned = new Rank(0, "", "");

    assertThat(Stream.of(planned, young, asOld, old, important).sorted())
        .isEqualTo(List.of(important, old, asOld, young, planned));
  }

  private Set<String> hold(String owner, PairRequest asked) {
    Snapshot seen = claims.seenBy(owner, cluster.model.snapshot());
    return claims.hold(owner, asked, pairs.evaluate(seen, asked), pod -> null);
  }

  private int fits(String owner, PairRequest asked) {
    PairRequest others =
        new PairRequest(
            "elsewhere",
            asked.anchor(),
            asked.follower(),
            "a",
            "f",
            asked.topologyKey(),
            asked.wanted());
    return pairs.evaluate(claims.seenBy(owner, cluster.model.snapshot()), others).fits();
  }

  private int podsOn(String node) {
    return claims.seenBy("other", cluster.model.snapshot()).node(node).pods().size();
  }
}
