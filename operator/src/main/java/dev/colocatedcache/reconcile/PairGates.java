package dev.colocatedcache.reconcile;

import dev.colocatedcache.cluster.RunningPod;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.NodeAffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the scheduling gates of anchors (KEP-3521), and narrows where they may go in the same
 * write: a pod's node affinity may be narrowed while a gate holds it (KEP-3838) and never after.
 */
final class PairGates {
  private static final Logger LOG = LoggerFactory.getLogger(PairGates.class);

  private final KubernetesClient client;

  PairGates(KubernetesClient client) {
    this.client = client;
  }

  /** Opens what may be opened now. */
  void open(Workload workload, Assessment assessment) {
    RoleModel anchor = workload.anchor();
    for (GateOpenings.Opening opening : assessment.openings()) {
      try {
        AtomicBoolean waited = new AtomicBoolean();
        client
            .pods()
            .inNamespace(anchor.namespace())
            .withName(opening.pod().name())
            .edit(
                pod -> {
                  // What is known of a pod may be older than our own last write to it.
                  waited.set(isGated(pod));
                  return waited.get() ? opened(pod, workload.topologyKey(), opening) : pod;
                });
        if (waited.get()) {
          LOG.info("Pod {} may be placed: {}", opening.pod().name(), where(opening));
        }
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
          throw e;
        }
        LOG.debug("Pod {} is gone: {}", opening.pod().name(), Refusals.message(e));
      }
    }
  }

  private static boolean isGated(Pod pod) {
    return pod.getSpec().getSchedulingGates().stream()
        .anyMatch(gate -> Workload.GATE.equals(gate.getName()));
  }

  private static String where(GateOpenings.Opening opening) {
    if (opening.domains().isEmpty()) {
      return "no place holds a pair, and a node autoscaler is to see it";
    }
    return opening.comesBack()
        ? "its follower waits on " + opening.domains().iterator().next()
        : opening.domains().size() + " places hold a whole pair";
  }

  private static Pod opened(Pod pod, String topologyKey, GateOpenings.Opening opening) {
    NodeSelectorRequirement place =
        new NodeSelectorRequirementBuilder()
            .withKey(topologyKey)
            .withOperator("In")
            .withValues(List.copyOf(new TreeSet<>(opening.domains())))
            .build();
    PodBuilder builder = new PodBuilder(pod);
    if (opening.comesBack()) {
      builder
          .editMetadata()
          .addToAnnotations(RunningPod.PLACED_FOR, opening.domains().iterator().next())
          .endMetadata();
    }
    builder
        .editSpec()
        .removeMatchingFromSchedulingGates(gate -> Workload.GATE.equals(gate.getName()))
        .endSpec();
    if (opening.domains().isEmpty()) {
      return builder.build();
    }
    return builder
        .editSpec()
        .editOrNewAffinity()
        .withNodeAffinity(narrowed(pod, place).build())
        .endAffinity()
        .endSpec()
        .build();
  }

  /** The pod's own terms, each with the place added, for terms are alternatives. */
  private static NodeAffinityBuilder narrowed(Pod pod, NodeSelectorRequirement place) {
    var own =
        pod.getSpec().getAffinity() == null ? null : pod.getSpec().getAffinity().getNodeAffinity();
    NodeSelector required =
        own == null ? null : own.getRequiredDuringSchedulingIgnoredDuringExecution();
    List<NodeSelectorTerm> terms =
        required == null ? List.of(new NodeSelectorTerm()) : required.getNodeSelectorTerms();
    return (own == null ? new NodeAffinityBuilder() : new NodeAffinityBuilder(own))
        .editOrNewRequiredDuringSchedulingIgnoredDuringExecution()
        .withNodeSelectorTerms(
            terms.stream()
                .map(term -> required != null && matchesNothing(term) ? term : and(term, place))
                .toList())
        .endRequiredDuringSchedulingIgnoredDuringExecution();
  }

  /** An empty term matches no node; with the place added it would. */
  private static boolean matchesNothing(NodeSelectorTerm term) {
    return term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty();
  }

  private static NodeSelectorTerm and(NodeSelectorTerm term, NodeSelectorRequirement place) {
    return new NodeSelectorTermBuilder(term).addToMatchExpressions(place).build();
  }
}
