package dev.colocatedcache.affinity;

import static dev.colocatedcache.affinity.ShopPairs.ANCHOR;
import static dev.colocatedcache.affinity.ShopPairs.FOLLOWER;
import static dev.colocatedcache.affinity.ShopPairs.running;
import static dev.colocatedcache.affinity.TestCluster.HOSTNAME;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("When there are to be fewer pairs, first goes")
final class KeepOrderTest {
  private static final String READY = "conditions: [{type: Ready, status: 'True'}]";

  private final TestCluster cluster = new TestCluster();

  @Test
  @DisplayName("a half, then a pair that is not Ready, then one on a node that is closed")
  void harm() {
    pairOn("a", "", true);
    pairOn("cordoned", "spec: {unschedulable: true}", true);
    pairOn("draining", "spec: {taints: [{key: going, effect: NoSchedule}]}", true);
    pairOn("starting", "", false);
    cluster.node("half", "").podOn("half", running(ANCHOR));

    assertThat(goesFirst(5)).startsWith("half", "starting").endsWith("a");
    assertThat(goesFirst(5).subList(2, 4)).containsExactlyInAnyOrder("cordoned", "draining");
  }

  @Test
  @DisplayName("of pairs that are alike one from the zone that holds most, and so on")
  void zones() {
    for (String node : List.of("a1", "a2", "a3", "a4", "b1", "b2", "c1")) {
      pairOn(node, zone(node.substring(0, 1)), true);
    }

    assertThat(goesFirst(7).stream().map(node -> node.substring(0, 1)))
        .as("4 2 1, 3 2 1, 2 2 1, 2 1 1, 1 1 1")
        .startsWith("a", "a", "b", "a");
  }

  @Test
  @DisplayName("of nodes in no zone the last, so that it is the same each time it is asked")
  void same() {
    for (String node : List.of("a", "b", "c")) {
      pairOn(node, "", true);
    }

    assertThat(goesFirst(3)).containsExactly("c", "b", "a");
  }

  @Test
  @DisplayName("nothing out of its order where as many are wanted as run")
  void allStay() {
    pairOn("a", "", false);
    pairOn("b", "", true);

    assertThat(room(2)).containsExactly("a", "b");
    assertThat(room(1)).as("fewer are wanted").containsExactly("b", "a");
  }

  private List<String> goesFirst(int pairs) {
    List<String> order = new ArrayList<>();
    for (int wanted = pairs - 1; wanted >= 0; wanted--) {
      List<String> room = room(wanted);
      assertThat(room).as("the order is the same however many go").hasSize(pairs);
      order.add(room.get(wanted));
    }
    return order;
  }

  private List<String> room(int wanted) {
    return new Pairs(KubernetesVersion.DEFAULT)
        .evaluate(cluster.model.snapshot(), ShopPairs.request(HOSTNAME, wanted)).room().stream()
            .map(Pair::domain)
            .toList();
  }

  private void pairOn(String node, String yaml, boolean ready) {
    cluster.node(node, yaml);
    cluster.podOn(node, running(ANCHOR).replace("status: {", "status: {" + READY + ", "));
    cluster.podOn(
        node,
        ready
            ? running(FOLLOWER).replace("status: {", "status: {" + READY + ", ")
            : running(FOLLOWER));
  }

  private static String zone(String zone) {
    return "metadata: {labels: {topology.kubernetes.io/zone: %s}}".formatted(zone);
  }
}
