package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/**
 * One line of {@code explain --batch}: would this pod be scheduled in this cluster.
 *
 * @param id given back with the answer, whatever it is
 * @param admit whether the pod is as a user writes it; else it is as stored
 */
record CaseLine(
    JsonNode id,
    boolean admit,
    List<Node> nodes,
    List<Pod> pods,
    List<Namespace> namespaces,
    Pod pod) {

  CaseLine {
    nodes = nodes == null ? List.of() : nodes;
    pods = pods == null ? List.of() : pods;
    namespaces = namespaces == null ? List.of() : namespaces;
  }
}
