package dev.colocatedcache.affinity;

import java.util.List;

/** What the Filter plugins say of one node for one pod. */
public sealed interface Verdict {

  /** Whether preemption could help. */
  enum Code {
    /** Room that other pods take. */
    UNSCHEDULABLE,
    /** No pod's leaving would change it. */
    UNSCHEDULABLE_AND_UNRESOLVABLE
  }

  /** Whether the pod may run on the node. */
  default boolean fits() {
    return this instanceof Fits;
  }

  /** No plugin rejects the node. */
  record Fits() implements Verdict {}

  /**
   * A plugin rejects the node.
   *
   * @param plugin the first one that does, by its name in kube-scheduler
   * @param reasons in kube-scheduler's words
   */
  record Rejected(String plugin, List<String> reasons, Code code) implements Verdict {

    public Rejected {
      reasons = List.copyOf(reasons);
    }

    static Rejected unschedulable(String plugin, String reason) {
      return new Rejected(plugin, List.of(reason), Code.UNSCHEDULABLE);
    }

    static Rejected unresolvable(String plugin, String reason) {
      return new Rejected(plugin, List.of(reason), Code.UNSCHEDULABLE_AND_UNRESOLVABLE);
    }
  }
}
