package dev.colocatedcache.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The ports of a Service that has none of its own")
final class DeclaredPortsTest {

  private static void declares(String pod, String servicePorts) {
    assertThat(DeclaredPorts.of(Yaml.read(pod, PodSpec.class)).stream().<Object>map(Yaml::tree))
        .isEqualTo(Yaml.read(servicePorts, List.class));
  }

  @Test
  @DisplayName("are none where containers declare none")
  void none() {
    declares("containers: [{name: web}]", "[]");
  }

  @Test
  @DisplayName("are those of the containers: by name where they have one")
  void named() {
    declares(
        "containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]",
        "[{name: http, protocol: TCP, port: 8080, targetPort: http}]");
  }

  @Test
  @DisplayName("are named port-<number> where the container gives no name")
  void unnamed() {
    declares(
        "containers: [{name: web, ports: [{containerPort: 8080}, {name: '', containerPort: 1}]}]",
        """
        - {name: port-8080, protocol: TCP, port: 8080, targetPort: 8080}
        - {name: port-1, protocol: TCP, port: 1, targetPort: 1}
        """);
  }

  @Test
  @DisplayName("count once a number and protocol, the first one's name winning")
  void duplicates() {
    declares(
        """
        containers:
          - name: a
            ports: [{name: http, containerPort: 80}, {containerPort: 80, protocol: TCP}]
          - {name: b, ports: [{name: web, containerPort: 80, hostPort: 80}]}
        """,
        "[{name: http, protocol: TCP, port: 80, targetPort: http}]");
  }

  @Test
  @DisplayName("are two where one number is served over two protocols")
  void protocols() {
    declares(
        """
        containers:
          - name: dns
            ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}]
        """,
        """
        - {name: port-53, protocol: UDP, port: 53, targetPort: 53}
        - {name: port-53-tcp, protocol: TCP, port: 53, targetPort: 53}
        """);
  }

  @Test
  @DisplayName("keep apart two containers' ports of one name, which a Service may not repeat")
  void sameName() {
    declares(
        """
        containers:
          - {name: a, ports: [{name: metrics, containerPort: 9090}]}
          - {name: b, ports: [{name: metrics, containerPort: 9091}]}
        """,
        """
        - {name: metrics, protocol: TCP, port: 9090, targetPort: metrics}
        - {name: port-9091, protocol: TCP, port: 9091, targetPort: 9091}
        """);
  }

  @Test
  @DisplayName("include sidecars', after the containers', and no other init container's")
  void sidecars() {
    declares(
        """
        initContainers:
          - {name: migrate, ports: [{name: never, containerPort: 1}]}
          - {name: proxy, restartPolicy: Always, ports: [{name: proxy, containerPort: 15001}]}
        containers:
          - {name: web, ports: [{name: http, containerPort: 8080}]}
        """,
        """
        - {name: http, protocol: TCP, port: 8080, targetPort: http}
        - {name: proxy, protocol: TCP, port: 15001, targetPort: proxy}
        """);
  }
}
