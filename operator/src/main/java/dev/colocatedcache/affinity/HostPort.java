package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.ArrayList;
import java.util.List;

/** A port that a pod takes on its node. */
record HostPort(String ip, String protocol, int port) {

  private static final String ANY_IP = "0.0.0.0";

  /**
   * {@code schedutil.GetHostPorts}: those of containers and sidecars; other init containers are
   * gone in time.
   */
  static List<HostPort> of(PodSpec spec) {
    List<HostPort> ports = new ArrayList<>();
    for (Container container : Given.list(spec.getInitContainers())) {
      if (PodRequests.isSidecar(container)) {
        addPorts(ports, container);
      }
    }
    for (Container container : Given.list(spec.getContainers())) {
      addPorts(ports, container);
    }
    return List.copyOf(ports);
  }

  private static void addPorts(List<HostPort> ports, Container container) {
    for (ContainerPort port : Given.list(container.getPorts())) {
      if (port.getHostPort() != null && port.getHostPort() > 0) {
        ports.add(
            new HostPort(
                orElse(port.getHostIP(), ANY_IP),
                orElse(port.getProtocol(), "TCP"),
                port.getHostPort()));
      }
    }
  }

  private static String orElse(String text, String fallback) {
    return Given.isSet(text) ? text : fallback;
  }

  /**
   * Whether both cannot be open on one node: the wildcard address, and it alone, stands for all.
   */
  boolean conflictsWith(HostPort other) {
    return port == other.port
        && protocol.equals(other.protocol)
        && (ip.equals(other.ip) || ip.equals(ANY_IP) || other.ip.equals(ANY_IP));
  }
}
