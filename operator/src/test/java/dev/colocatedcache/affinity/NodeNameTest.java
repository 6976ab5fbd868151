package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeNameTest {

  @Test
  void aPodThatAsksForANodeByNameFitsThereOnly() {
    TestCluster cluster = new TestCluster().node("a", "").node("b", "");

    assertThat(cluster.verdicts("spec: {nodeName: b}"))
        .isEqualTo(
            Map.of(
                "a",
                "NodeName: node(s) didn't match the requested node name, UnschedulableAndUnresolvable",
                "b",
                "fits"));
  }
}
