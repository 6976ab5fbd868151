package dev.colocatedcache.reconcile.child;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChildDiffTest {
  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  @Test
  void whatTheServerFillsInIsNoDifference() {
    assertThat(
            diff(
                "{spec: {template: {spec: {containers: [{name: app, image: a}]}}}}",
                """
                {spec: {progressDeadlineSeconds: 600, template: {spec: {dnsPolicy: ClusterFirst,
                 containers: [{name: app, image: a, resources: {}, terminationMessagePath: /x}]}}},
                 status: {replicas: 1}}
                """))
        .isEmpty();
  }

  @Test
  void theFirstFieldThatDiffersIsNamed() {
    assertThat(
            diff(
                "{spec: {template: {spec: {containers: [{name: app, image: a}]}}}}",
                "{spec: {template: {spec: {containers: [{name: app, image: b}]}}}}"))
        .contains("spec.template.spec.containers[0].image");
  }

  @Test
  void aFieldThatIsMissingIsADifference() {
    assertThat(diff("{spec: {replicas: 2}}", "{spec: {}}")).contains("spec.replicas");
  }

  @Test
  void noReplicasAtAllIsTheSameAsZero() {
    assertThat(diff("{spec: {replicas: 0}}", "{spec: {replicas: 3}}")).contains("spec.replicas");
    assertThat(diff("{spec: {replicas: 0}}", "{spec: {replicas: 0}}")).isEmpty();
  }

  @Test
  void emptyAndAbsentAreTheSame() {
    assertThat(diff("{a: {}, b: [], c: '', d: null, e: false}", "{}")).isEmpty();
    assertThat(diff("{env: [{name: A, value: ''}]}", "{env: [{name: A}]}")).isEmpty();
  }

  @Test
  void containersAreFoundByName() {
    assertThat(
            diff(
                "{containers: [{name: app, image: a}, {name: log, image: l}]}",
                "{containers: [{name: mesh, image: m}, {name: app, image: a}, {name: log, image:"
                    + " l}]}"))
        .isEmpty();
    assertThat(diff("{containers: [{name: app}]}", "{containers: [{name: other}]}"))
        .contains("containers[0]");
  }

  @Test
  void listsWithoutNamesAreComparedAsTheyStand() {
    assertThat(diff("{args: [a, b]}", "{args: [a, b]}")).isEmpty();
    assertThat(diff("{args: [a, b]}", "{args: [b, a]}")).contains("args[0]");
    assertThat(diff("{args: [a]}", "{args: [a, b]}")).contains("args");
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 500m, true",
    "1000m, 1, true",
    "1024Mi, 1Gi, true",
    "0.0001, 1m, true",
    "1, 2, false",
    "1Gi, 1G, false"
  })
  void quantitiesAreComparedAsTheServerRoundsThem(String desired, String live, boolean same) {
    String resources = "{resources: {requests: {cpu: '%s'}}}";
    assertThat(diff(resources.formatted(desired), resources.formatted(live)).isEmpty())
        .isEqualTo(same);
  }

  @Test
  void outsideOfResourcesTextIsText() {
    assertThat(diff("{args: ['0.5']}", "{args: ['500m']}")).contains("args[0]");
  }

  private static Optional<String> diff(String desired, String live) {
    return ChildDiff.firstDifference(
        SERIALIZATION.unmarshal("---\n" + desired, JsonNode.class),
        SERIALIZATION.unmarshal("---\n" + live, JsonNode.class));
  }
}
