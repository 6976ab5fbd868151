package dev.colocatedcache.workload;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the service finds its cache: {@code CACHE_HOST} and {@code CACHE_PORT} in the environment
 * of each of its containers, init containers and sidecars included.
 *
 * <p>A name that a container sets itself stays as it is. What its {@code envFrom} sets is known
 * only where a prefix gives it away, for ConfigMaps and Secrets are not read: {@code CACHE_} is
 * taken for the user's own. Of an {@code envFrom} without a prefix nothing is known, and Kubernetes
 * puts {@code env} before it.
 *
 * @param host the name of the cache's Service, which is in the same namespace
 * @param port the first port of that Service
 */
record CacheAddress(String host, int port) {
  private static final String HOST = "CACHE_HOST";
  private static final String PORT = "CACHE_PORT";

  PodSpec toldTo(PodSpec pod) {
    return new PodSpecBuilder(pod)
        .withInitContainers(pod.getInitContainers().stream().map(this::toldTo).toList())
        .withContainers(pod.getContainers().stream().map(this::toldTo).toList())
        .build();
  }

  private Container toldTo(Container container) {
    List<EnvVar> env = new ArrayList<>();
    Stream.of(new EnvVar(HOST, host, null), new EnvVar(PORT, Integer.toString(port), null))
        .filter(variable -> !sets(container, variable.getName()))
        .forEach(env::add);
    if (env.isEmpty()) {
      return container;
    }
    // In front, so that the container's own variables can be made of them: $(CACHE_HOST).
    env.addAll(container.getEnv());
    return new ContainerBuilder(container).withEnv(env).build();
  }

  /** How many variables in front of a container's own are ours. */
  static int variablesInFront(Container container) {
    int ours = 0;
    for (EnvVar variable : container.getEnv()) {
      if (!HOST.equals(variable.getName()) && !PORT.equals(variable.getName())) {
        break;
      }
      ours++;
    }
    return ours;
  }

  private static boolean sets(Container container, String name) {
    return container.getEnv().stream().anyMatch(variable -> name.equals(variable.getName()))
        || container.getEnvFrom().stream()
            .map(EnvFromSource::getPrefix)
            .anyMatch(prefix -> prefix != null && !prefix.isEmpty() && name.startsWith(prefix));
  }
}
