package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * Where pairs go.
 *
 * @param anchor the half that is placed first; the other follows it
 * @param topologyKey the node label whose value is the domain that a pair shares
 * @param pairing how much is done so that an anchor never stands where its follower does not fit
 * @param healing what happens to a pair whose halves have come apart
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Placement(
    @JsonPropertyDescription(
            "Which half is placed first; the other follows it by a required podAffinity. With Cache"
                + " the service never starts without a cache on its node, and a rolled service"
                + " comes back to its warm cache. With Service the cache follows the service.")
        @Default("Cache")
        Anchor anchor,
    @JsonPropertyDescription(
            "The node label whose value is the domain that the two halves of a pair share and that"
                + " holds at most one pair of this ColocatedCache. Default: the node.")
        @Default(Placement.HOSTNAME)
        @Size(min = 1, max = 317)
        @ValidationRule(
            value =
                "self.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                    + "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$')",
            message =
                "not a label's key: name the label that nodes carry, such as kubernetes.io/hostname"
                    + " or topology.kubernetes.io/zone")
        String topologyKey,
    @JsonPropertyDescription(
            "BestEffort: kube-scheduler places anchors by itself, and the operator is not on the path"
                + " of a pod; a follower that is left behind is brought after its anchor. Guaranteed:"
                + " anchors carry a scheduling gate that the operator opens, so that no anchor lands"
                + " where its follower does not fit, and a replaced anchor comes back to its"
                + " follower; while the operator is away, new anchors wait. A change of it rolls the"
                + " anchor's pods.")
        @Default("BestEffort")
        Pairing pairing,
    @JsonPropertyDescription(
            "What happens to a follower that was left behind, because its anchor has gone to another"
                + " node. Evict: it is evicted, within its disruption budget, one at a time, when an"
                + " anchor waits for it elsewhere and not before; with pairing Guaranteed, so is an"
                + " anchor whose follower does not fit where it is. None: it stays, and the"
                + " condition Colocated names it.")
        @Default("Evict")
        Healing healing) {

  /** The label that every node carries its own value of: the default topology key. */
  public static final String HOSTNAME = "kubernetes.io/hostname";

  /** The label of the zone that a node is in. */
  public static final String ZONE = "topology.kubernetes.io/zone";
}
