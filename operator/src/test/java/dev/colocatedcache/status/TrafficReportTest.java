package dev.colocatedcache.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.Traffic.Policy;
import dev.colocatedcache.api.v1alpha1.TrafficStatus;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What is in force of a traffic policy")
final class TrafficReportTest {

  @ParameterizedTest(name = "{0} asked for, trafficDistribution {1}, internalTrafficPolicy {2}")
  @CsvSource({
    "PREFER_SAME_NODE, PreferSameNode, Cluster, PREFER_SAME_NODE, ''",
    "SAME_NODE, , Local, SAME_NODE, ''",
    "CLUSTER, , Cluster, CLUSTER, ''",
    "PREFER_SAME_ZONE, PreferSameZone, Cluster, PREFER_SAME_ZONE, ''",
    "PREFER_SAME_ZONE, PreferClose, Cluster, PREFER_SAME_ZONE, ''",
    "PREFER_SAME_NODE, PreferClose, Cluster, PREFER_SAME_ZONE, spec.traffic.policy to SameNode",
    "PREFER_SAME_NODE, , Cluster, CLUSTER, spec.traffic.policy to SameNode",
    "PREFER_SAME_ZONE, , Cluster, CLUSTER, spec.traffic.policy to Cluster",
  })
  @DisplayName("is what the Service has, and where that is less than was asked for, what to do")
  void inForce(
      Policy asked, String distribution, String internal, Policy inForce, String whatToDo) {
    TrafficStatus status =
        TrafficReport.inForce(
            asked,
            new ServiceBuilder()
                .withNewMetadata()
                .withName("redis")
                .endMetadata()
                .withNewSpec()
                .withTrafficDistribution(distribution)
                .withInternalTrafficPolicy(internal)
                .endSpec()
                .build());

    assertThat(status.policy()).isEqualTo(inForce);
    assertThat(status.message()).startsWith("Service redis sends traffic to ");
    if (whatToDo.isEmpty()) {
      assertThat(status.message()).doesNotContain("API server");
    } else {
      assertThat(status.message()).contains("the API server does not take", whatToDo);
    }
  }

  @Test
  @DisplayName("is not said where the cache has no Service")
  void noService() {
    assertThat(TrafficReport.inForce(Policy.PREFER_SAME_NODE, null)).isNull();
  }
}
