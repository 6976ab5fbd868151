package dev.colocatedcache.workload;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A Service's ports, taken from the ports that containers declare.
 *
 * <p>Containers come first, then sidecars (init containers that restart always); other init
 * containers are gone when the pod serves. A port is served once a number and protocol, and names
 * are made unique, for two containers may use one name and a Service may not.
 */
final class DeclaredPorts {
  private final Set<String> served = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private final List<ServicePort> ports = new ArrayList<>();

  private DeclaredPorts() {}

  /** The ports that the pod's containers declare, as a Service serves them. */
  static List<ServicePort> of(PodSpec pod) {
    DeclaredPorts declared = new DeclaredPorts();
    Stream.concat(
            pod.getContainers().stream(), pod.getInitContainers().stream().filter(c -> sidecar(c)))
        .flatMap(container -> container.getPorts().stream())
        .forEach(declared::add);
    return List.copyOf(declared.ports);
  }

  private static boolean sidecar(Container initContainer) {
    return "Always".equals(initContainer.getRestartPolicy());
  }

  private void add(ContainerPort port) {
    String protocol = WrittenPorts.protocol(port.getProtocol());
    if (!served.add(port.getContainerPort() + "/" + protocol)) {
      return;
    }
    Optional<String> own =
        Optional.ofNullable(port.getName()).filter(name -> !name.isEmpty()).filter(names::add);
    ports.add(
        new ServicePortBuilder()
            .withName(own.orElseGet(() -> unused(port, protocol)))
            .withProtocol(protocol)
            .withPort(port.getContainerPort())
            .withTargetPort(
                own.map(IntOrString::new).orElseGet(() -> new IntOrString(port.getContainerPort())))
            .build());
  }

  private String unused(ContainerPort port, String protocol) {
    String name = "port-" + port.getContainerPort();
    if (names.add(name)) {
      return name;
    }
    String withProtocol = name + "-" + protocol.toLowerCase(Locale.ROOT);
    names.add(withProtocol);
    return withProtocol;
  }
}
