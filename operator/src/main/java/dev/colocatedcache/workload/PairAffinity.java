package dev.colocatedcache.workload;

import dev.colocatedcache.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.NodeAffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The affinity that makes a pair: both halves repel themselves, the follower needs its anchor.
 *
 * <p>Needing goes one way only. kube-scheduler places one pod at a time, so two halves that need
 * each other would both wait for ever.
 *
 * @param topologyKey the node label whose value is the domain of a pair
 * @param anchor what selects the anchor's pods
 * @param surges whether a pod of a new template may stand beside the one that it replaces: each
 *     template repels its own pods only (KEP-3633). What the follower needs is any anchor, of
 *     whichever template
 */
record PairAffinity(String topologyKey, Map<String, String> anchor, boolean surges) {
  /** What a Deployment tells the pods of its templates apart by. */
  static final String TEMPLATE_HASH = "pod-template-hash";

  /** The pod spec of the anchor, with what keeps it one to a domain added. */
  PodSpec anchored(PodSpec own) {
    PodSpec apart = apart(own, anchor);
    return topologyKey.equals(Placement.HOSTNAME) ? apart : onNodesWithTheKey(apart);
  }

  /** The pod spec of the follower, with what keeps it one to a domain, and by its anchor, added. */
  PodSpec following(PodSpec own, Map<String, String> follower) {
    PodSpec apart = apart(own, follower);
    PodAffinityTerm besideAnchor = term(anchor);
    if (apart.getAffinity().getPodAffinity() != null
        && apart
            .getAffinity()
            .getPodAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .contains(besideAnchor)) {
      return apart;
    }
    return new PodSpecBuilder(apart)
        .editAffinity()
        .editOrNewPodAffinity()
        .addToRequiredDuringSchedulingIgnoredDuringExecution(besideAnchor)
        .endPodAffinity()
        .endAffinity()
        .build();
  }

  private PodSpec apart(PodSpec own, Map<String, String> self) {
    PodAffinityTerm awayFromSelf =
        surges
            ? new PodAffinityTermBuilder(term(self)).withMatchLabelKeys(TEMPLATE_HASH).build()
            : term(self);
    if (own.getAffinity() != null
        && own.getAffinity().getPodAntiAffinity() != null
        && own.getAffinity()
            .getPodAntiAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .contains(awayFromSelf)) {
      return own;
    }
    return new PodSpecBuilder(own)
        .editOrNewAffinity()
        .editOrNewPodAntiAffinity()
        .addToRequiredDuringSchedulingIgnoredDuringExecution(awayFromSelf)
        .endPodAntiAffinity()
        .endAffinity()
        .build();
  }

  private PodAffinityTerm term(Map<String, String> selector) {
    return new PodAffinityTermBuilder()
        .withNewLabelSelector()
        .withMatchLabels(selector)
        .endLabelSelector()
        .withTopologyKey(topologyKey)
        .build();
  }

  /**
   * Keeps the anchor off nodes that are in no domain: anti-affinity lets any number of pods onto
   * them, and no follower could come after. A follower needs no such term, for affinity asks for
   * the key already. Every node has its name, so the default key needs none either.
   */
  private PodSpec onNodesWithTheKey(PodSpec spec) {
    NodeSelectorRequirement hasKey =
        new NodeSelectorRequirementBuilder().withKey(topologyKey).withOperator("Exists").build();
    var affinity = spec.getAffinity().getNodeAffinity();
    NodeSelector own =
        affinity == null ? null : affinity.getRequiredDuringSchedulingIgnoredDuringExecution();
    List<NodeSelectorTerm> terms = new ArrayList<>();
    if (own == null) {
      terms.add(new NodeSelectorTermBuilder().withMatchExpressions(hasKey).build());
    } else {
      own.getNodeSelectorTerms().forEach(term -> terms.add(and(term, hasKey)));
    }
    var narrowed =
        (affinity == null ? new NodeAffinityBuilder() : new NodeAffinityBuilder(affinity))
            .editOrNewRequiredDuringSchedulingIgnoredDuringExecution()
            .withNodeSelectorTerms(terms)
            .endRequiredDuringSchedulingIgnoredDuringExecution()
            .build();
    return new PodSpecBuilder(spec).editAffinity().withNodeAffinity(narrowed).endAffinity().build();
  }

  /** The term and the requirement. An empty term matches no node; with a requirement it would. */
  private static NodeSelectorTerm and(NodeSelectorTerm term, NodeSelectorRequirement requirement) {
    boolean empty = term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty();
    return empty || term.getMatchExpressions().contains(requirement)
        ? term
        : new NodeSelectorTermBuilder(term).addToMatchExpressions(requirement).build();
  }
}
