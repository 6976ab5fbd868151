package dev.colocatedcache.workload;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ports with their protocols written out: children are applied by them, for number and protocol
 * tell ports apart.
 */
final class WrittenPorts {
  private static final String DEFAULT_PROTOCOL = "TCP";

  private final String owner;
  private final String path;
  private final Set<String> known = new HashSet<>();

  private WrittenPorts(String owner, String path) {
    this.owner = owner;
    this.path = path;
  }

  /**
   * The same pod with the protocol of each port of its containers.
   *
   * @param path of the pod's spec
   * @throws InvalidSpecException if a container has a port twice
   */
  static PodSpec ofContainers(PodSpec pod, String path) {
    return new PodSpecBuilder(pod)
        .withContainers(ofContainers(pod.getContainers(), path + ".containers"))
        .withInitContainers(ofContainers(pod.getInitContainers(), path + ".initContainers"))
        .build();
  }

  private static List<Container> ofContainers(List<Container> containers, String path) {
    List<Container> all = new ArrayList<>();
    for (int i = 0; i < containers.size(); i++) {
      Container container = containers.get(i);
      all.add(
          container == null || container.getPorts().isEmpty()
              ? container
              : new ContainerBuilder(container)
                  .withPorts(
                      new WrittenPorts("container", "%s[%d].ports".formatted(path, i))
                          .containerPorts(container.getPorts()))
                  .build());
    }
    return all;
  }

  private List<ContainerPort> containerPorts(List<ContainerPort> ports) {
    List<ContainerPort> all = new ArrayList<>();
    for (ContainerPort port : ports) {
      String protocol = meet(port.getContainerPort(), port.getProtocol(), all.size());
      all.add(new ContainerPortBuilder(port).withProtocol(protocol).build());
    }
    return all;
  }

  /**
   * The same ports of a Service with their protocols.
   *
   * @param path of the list
   * @throws InvalidSpecException if one is there twice
   */
  static List<ServicePort> ofService(List<ServicePort> ports, String path) {
    WrittenPorts written = new WrittenPorts("Service", path);
    List<ServicePort> all = new ArrayList<>();
    for (ServicePort port : ports) {
      String protocol = written.meet(port.getPort(), port.getProtocol(), all.size());
      all.add(new ServicePortBuilder(port).withProtocol(protocol).build());
    }
    return List.copyOf(all);
  }

  private String meet(Integer number, String written, int index) {
    String protocol = protocol(written);
    String port = number + "/" + protocol;
    if (!known.add(port)) {
      throw new InvalidSpecException(
          "%s[%d]: the %s has the port %s twice: remove one".formatted(path, index, owner, port));
    }
    return protocol;
  }

  /** The protocol that is meant where none is written, or the empty one. */
  static String protocol(String written) {
    return written == null || written.isEmpty() ? DEFAULT_PROTOCOL : written;
  }
}
