package dev.colocatedcache.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Ports")
final class WrittenPortsTest {

  @Test
  @DisplayName("have their protocols written out, and nothing else is touched")
  void written() {
    PodSpec pod =
        Yaml.read(
            """
            initContainers: [{name: side, restartPolicy: Always, ports: [{containerPort: 1}]}]
            containers:
              - name: app
                ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}, {containerPort: 54, protocol: ""}]
              - name: other
            """,
            PodSpec.class);

    assertThat(WrittenPorts.ofContainers(pod, "spec"))
        .isEqualTo(
            Yaml.read(
                """
                initContainers: [{name: side, restartPolicy: Always, ports: [{containerPort: 1, protocol: TCP}]}]
                containers:
                  - name: app
                    ports:
                      - {containerPort: 53, protocol: TCP}
                      - {containerPort: 53, protocol: UDP}
                      - {containerPort: 54, protocol: TCP}
                  - name: other
                """,
                PodSpec.class));
  }

  @Test
  @DisplayName(
      "are refused where one is there twice, for by number and protocol they are told apart")
  void twice() {
    PodSpec pod =
        Yaml.read(
            "containers: [{name: a}, {name: b, ports: [{containerPort: 80}, {containerPort: 80,"
                + " protocol: TCP}]}]",
            PodSpec.class);

    assertThatThrownBy(() -> WrittenPorts.ofContainers(pod, "spec.service.template.spec"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage(
            "spec.service.template.spec.containers[1].ports[1]: the container has the port 80/TCP"
                + " twice: remove one");
    assertThatThrownBy(
            () ->
                WrittenPorts.ofService(
                    List.of(
                        new ServicePortBuilder().withPort(1).withProtocol("UDP").build(),
                        new ServicePortBuilder().withPort(1).build(),
                        new ServicePortBuilder().withPort(1).withProtocol("TCP").build()),
                    "spec.cache.ports"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage("spec.cache.ports[2]: the Service has the port 1/TCP twice: remove one");
  }
}
