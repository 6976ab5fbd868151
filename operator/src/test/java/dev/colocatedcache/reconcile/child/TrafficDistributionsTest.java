package dev.colocatedcache.reconcile.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A Service asks for the trafficDistribution")
final class TrafficDistributionsTest {
  private static final String REFUSAL =
      "Service \"redis\" is invalid: spec.trafficDistribution: Unsupported value: \"%s\":"
          + " supported values: \"PreferClose\"";

  private final TrafficDistributions distributions = new TrafficDistributions();

  @ParameterizedTest
  @CsvSource({"PreferSameNode", "PreferSameZone"})
  @DisplayName("that is wanted, while nothing is known; then for what comes nearest; then for none")
  void refused(String wanted) {
    assertThat(nearest("shop", wanted)).isEqualTo(wanted);

    refuse(wanted, REFUSAL.formatted(wanted));
    assertThat(nearest("shop", wanted)).isEqualTo("PreferClose");
    assertThat(nearest("other", wanted)).as("it is the server's word").isEqualTo("PreferClose");

    refuse(
        "PreferClose",
        "failed to create typed patch object: .spec.trafficDistribution: field"
            + " not declared in schema");
    assertThat(nearest("shop", wanted)).isNull();
    assertThat(distributions.lessons()).isEqualTo(2);
  }

  @Test
  @DisplayName("that does not get lost on the way, in the namespace where it does")
  void lost() {
    distributions.written(service("shop", "PreferSameNode"), service("shop", null));
    assertThat(nearest("shop", "PreferSameNode")).isEqualTo("PreferClose");
    distributions.written(service("shop", "PreferClose"), service("shop", null));

    assertThat(nearest("shop", "PreferSameNode")).isNull();
    assertThat(nearest("other", "PreferSameNode")).isEqualTo("PreferSameNode");
  }

  @Test
  @DisplayName("that is wanted, although the Service was refused for something else")
  void otherRefusals() {
    refuse("PreferSameNode", "Service \"redis\" is invalid: spec.ports: Required value");
    refuse("PreferSameNode", "spec.trafficDistribution: a policy forbids this");
    distributions.written(service("shop", "PreferSameNode"), service("shop", "PreferSameNode"));

    assertThat(nearest("shop", "PreferSameNode")).isEqualTo("PreferSameNode");
    assertThat(distributions.lessons()).isZero();
  }

  private String nearest(String namespace, String wanted) {
    return distributions.nearest(service(namespace, wanted)).getSpec().getTrafficDistribution();
  }

  private void refuse(String value, String message) {
    distributions.refused(
        service("shop", value),
        new KubernetesClientException(
            "refused", 422, new StatusBuilder().withCode(422).withMessage(message).build()));
  }

  private static Service service(String namespace, String distribution) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .endMetadata()
        .withNewSpec()
        .withTrafficDistribution(distribution)
        .endSpec()
        .build();
  }
}
