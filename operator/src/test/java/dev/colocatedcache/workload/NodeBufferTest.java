package dev.colocatedcache.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A buffer for a pair")
final class NodeBufferTest {
  private static final Map<String, Quantity> SMALL = Map.of("cpu", new Quantity("500m"));
  private static final Map<String, Quantity> LARGE =
      Map.of("cpu", new Quantity("3"), "example.com/gpu", new Quantity("1"));

  @Test
  @DisplayName("is as large as both halves, with the name and the owner of the ColocatedCache")
  void size() {
    NodeBuffer buffer = buffer("{}", "{}");

    assertThat(buffer.podTemplate().getMetadata().getName()).isEqualTo("shop-pair");
    assertThat(buffer.podTemplate().getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> assertThat(owner.getUid()).isEqualTo("1"));
    assertThat(spec(buffer).getContainers())
        .extracting(Container::getName)
        .containsExactly("cache", "service");
    assertThat(spec(buffer).getContainers().get(0).getResources().getRequests()).isEqualTo(SMALL);
    assertThat(spec(buffer).getContainers().get(1).getResources().getRequests()).isEqualTo(LARGE);
    assertThat(spec(buffer).getContainers().get(1).getResources().getLimits())
        .containsOnlyKeys("example.com/gpu");
    assertThat(buffer.buffer().getAdditionalProperties())
        .isEqualTo(
            Map.of("spec", Map.of("podTemplateRef", Map.of("name", "shop-pair"), "replicas", 3)));
  }

  @Test
  @DisplayName("keeps away from anchors, from its own kind and from followers, and needs no anchor")
  void apart() {
    NodeBuffer buffer = buffer("{}", "{}");
    Map<String, String> labels = buffer.podTemplate().getTemplate().getMetadata().getLabels();

    assertThat(
            spec(buffer)
                .getAffinity()
                .getPodAntiAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution())
        .extracting(term -> term.getLabelSelector().getMatchLabels().get(Labels.COMPONENT))
        .containsExactly("cache", "service");
    PodAffinityTerm ofAnchors =
        spec(buffer)
            .getAffinity()
            .getPodAntiAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .get(0);
    assertThat(labels).containsAllEntriesOf(ofAnchors.getLabelSelector().getMatchLabels());
    assertThat(
            spec(buffer)
                .getAffinity()
                .getPodAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution())
        .isEmpty();
  }

  @Test
  @DisplayName("goes only where both halves may go")
  void where() {
    NodeBuffer buffer =
        buffer(
            """
            nodeSelector: {pool: a, disk: ssd}
            tolerations: [{key: spot, operator: Exists}, {key: own, operator: Exists}]
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                    - matchExpressions: [{key: zone, operator: In, values: [a]}]
                    - matchExpressions: [{key: zone, operator: In, values: [b]}]
            """,
            """
            nodeSelector: {pool: b}
            tolerations: [{key: spot, operator: Equal, value: "yes", effect: NoSchedule}]
            affinity:
              podAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - labelSelector: {matchLabels: {app: gateway}}
                    topologyKey: kubernetes.io/hostname
            """);

    assertThat(spec(buffer).getNodeSelector()).isEqualTo(Map.of("pool", "a", "disk", "ssd"));
    assertThat(
            spec(buffer)
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms())
        .hasSize(2)
        .allSatisfy(
            term ->
                assertThat(term.getMatchExpressions())
                    .extracting(NodeSelectorRequirement::getKey)
                    .containsExactly("zone", "pool"));
    assertThat(spec(buffer).getTolerations())
        .extracting(Toleration::getKey, Toleration::getValue)
        .containsExactly(tuple("spot", "yes"));
    assertThat(
            spec(buffer)
                .getAffinity()
                .getPodAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution())
        .singleElement()
        .satisfies(
            term ->
                assertThat(term.getLabelSelector().getMatchLabels())
                    .isEqualTo(Map.of("app", "gateway")));
  }

  private static PodSpec spec(NodeBuffer buffer) {
    return buffer.podTemplate().getTemplate().getSpec();
  }

  private static NodeBuffer buffer(String cache, String service) {
    Workload workload =
        Workload.of(
            Yaml.read(
                """
                metadata: {name: shop, namespace: shop, uid: "1"}
                spec:
                  cache: {template: {spec: {containers: [{name: c, image: redis}]%s}}}
                  service: {template: {spec: {containers: [{name: s, image: web}]%s}}}
                """
                    .formatted(fields(cache), fields(service)),
                ColocatedCache.class));
    return new NodeBuffer(
        workload,
        new NodeBuffer.Half(workload.anchor().template().getSpec(), SMALL),
        new NodeBuffer.Half(workload.follower().template().getSpec(), LARGE),
        3);
  }

  private static String fields(String yaml) {
    String json = Yaml.read(yaml, JsonNode.class).toString();
    return json.equals("{}") ? "" : ", " + json.substring(1, json.length() - 1);
  }
}
