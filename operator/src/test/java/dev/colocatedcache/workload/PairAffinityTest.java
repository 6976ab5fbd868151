package dev.colocatedcache.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The affinity of a pair")
final class PairAffinityTest {
  private static final Map<String, String> ANCHOR = Map.of("is", "anchor");
  private static final Map<String, String> FOLLOWER = Map.of("is", "follower");
  private static final PairAffinity BY_NODE =
      new PairAffinity("kubernetes.io/hostname", ANCHOR, false);
  private static final PairAffinity BY_ZONE =
      new PairAffinity("topology.kubernetes.io/zone", ANCHOR, false);

  private static PodSpec pod(String yaml) {
    return Yaml.read(yaml, PodSpec.class);
  }

  private static void same(PodSpec made, String expected) {
    assertThat(Yaml.tree(made)).isEqualTo(Yaml.read(expected, Map.class));
  }

  @Test
  @DisplayName("keeps anchors apart, and asks nothing else of them")
  void anchor() {
    same(
        BY_NODE.anchored(pod("{}")),
        """
        affinity:
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {labelSelector: {matchLabels: {is: anchor}}, topologyKey: kubernetes.io/hostname}
        """);
  }

  @Test
  @DisplayName("keeps followers apart and puts each beside an anchor")
  void follower() {
    same(
        BY_NODE.following(pod("{}"), FOLLOWER),
        """
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {labelSelector: {matchLabels: {is: anchor}}, topologyKey: kubernetes.io/hostname}
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {labelSelector: {matchLabels: {is: follower}}, topologyKey: kubernetes.io/hostname}
        """);
  }

  @Test
  @DisplayName("lets pods of two templates stand side by side for a surge, and needs either")
  void surges() {
    same(
        new PairAffinity("kubernetes.io/hostname", ANCHOR, true).following(pod("{}"), FOLLOWER),
        """
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {labelSelector: {matchLabels: {is: anchor}}, topologyKey: kubernetes.io/hostname}
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - labelSelector: {matchLabels: {is: follower}}
                matchLabelKeys: [pod-template-hash]
                topologyKey: kubernetes.io/hostname
        """);
  }

  @Test
  @DisplayName("comes after the user's own terms, of which none is lost")
  void added() {
    same(
        BY_NODE.following(
            pod(
                """
                affinity:
                  podAffinity:
                    preferredDuringSchedulingIgnoredDuringExecution:
                      - {weight: 5, podAffinityTerm: {labelSelector: {}, topologyKey: rack}}
                    requiredDuringSchedulingIgnoredDuringExecution:
                      - {labelSelector: {matchLabels: {is: anchor}}, topologyKey: rack}
                  podAntiAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      - {labelSelector: {matchLabels: {is: noisy}}, topologyKey: kubernetes.io/hostname}
                """),
            FOLLOWER),
        """
        affinity:
          podAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
              - {weight: 5, podAffinityTerm: {labelSelector: {}, topologyKey: rack}}
            requiredDuringSchedulingIgnoredDuringExecution:
              - {labelSelector: {matchLabels: {is: anchor}}, topologyKey: rack}
              - {labelSelector: {matchLabels: {is: anchor}}, topologyKey: kubernetes.io/hostname}
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {labelSelector: {matchLabels: {is: noisy}}, topologyKey: kubernetes.io/hostname}
              - {labelSelector: {matchLabels: {is: follower}}, topologyKey: kubernetes.io/hostname}
        """);
  }

  @Test
  @DisplayName("is added once: a template that has it already is the same afterwards")
  void once() {
    PodSpec anchor = BY_ZONE.anchored(pod("{}"));
    PodSpec follower = BY_ZONE.following(pod("{}"), FOLLOWER);

    assertThat(BY_ZONE.anchored(anchor)).isEqualTo(anchor);
    assertThat(BY_ZONE.following(follower, FOLLOWER)).isEqualTo(follower);
  }

  @Test
  @DisplayName("over another key than the node's name keeps anchors off nodes without the key")
  void otherKey() {
    same(
        BY_ZONE.anchored(pod("{}")),
        """
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
                - matchExpressions: [{key: topology.kubernetes.io/zone, operator: Exists}]
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {labelSelector: {matchLabels: {is: anchor}}, topologyKey: topology.kubernetes.io/zone}
        """);
  }

  @Test
  @DisplayName("over another key narrows each of the user's node terms, for they are ORed")
  void eachTerm() {
    PodSpec made =
        BY_ZONE.anchored(
            pod(
                """
                affinity:
                  nodeAffinity:
                    preferredDuringSchedulingIgnoredDuringExecution:
                      - {weight: 1, preference: {matchExpressions: [{key: disk, operator: Exists}]}}
                    requiredDuringSchedulingIgnoredDuringExecution:
                      nodeSelectorTerms:
                        - matchExpressions: [{key: arch, operator: In, values: [arm64]}]
                        - matchFields: [{key: metadata.name, operator: In, values: [a]}]
                """));

    assertThat(Yaml.tree(made.getAffinity().getNodeAffinity()))
        .isEqualTo(
            Yaml.read(
                """
                preferredDuringSchedulingIgnoredDuringExecution:
                  - {weight: 1, preference: {matchExpressions: [{key: disk, operator: Exists}]}}
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                    - matchExpressions:
                        - {key: arch, operator: In, values: [arm64]}
                        - {key: topology.kubernetes.io/zone, operator: Exists}
                    - matchExpressions: [{key: topology.kubernetes.io/zone, operator: Exists}]
                      matchFields: [{key: metadata.name, operator: In, values: [a]}]
                """,
                Map.class));
  }

  @Test
  @DisplayName("leaves an empty node term empty: it matches no node, and must go on so")
  void emptyTerm() {
    PodSpec made =
        BY_ZONE.anchored(
            pod(
                """
                affinity:
                  nodeAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}]}
                """));

    assertThat(
            made.getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms())
        .singleElement()
        .satisfies(term -> assertThat(term.getMatchExpressions()).isEmpty());
  }
}
