package dev.colocatedcache.affinity;

import java.util.BitSet;
import java.util.List;

/**
 * Which of the pods on nodes can matter at all to a filter; tells it without a look at the pods.
 */
final class Scope {

  private final BitSet namespaces = new BitSet();

  /** The marks that {@link NodeInfo#marks()} has for pods of these namespaces. */
  private long marks;

  private boolean repelling;

  private Scope() {}

  static Scope ofNamespace(Snapshot snapshot, String namespace) {
    Scope scope = new Scope();
    scope.add(snapshot, namespace);
    return scope;
  }

  /**
   * The pods that the terms of a pod in the given namespace can be about, and those whose own
   * anti-affinity can be about that pod.
   */
  static Scope ofTerms(Snapshot snapshot, String namespace, List<List<AffinityTerm>> terms) {
    Scope scope = ofNamespace(snapshot, namespace);
    scope.repelling = true;
    scope.marks |= NodeInfo.REPELLING_MARK;
    terms.forEach(list -> list.forEach(term -> scope.add(snapshot, term)));
    return scope;
  }

  private void add(Snapshot snapshot, AffinityTerm term) {
    if (term.namespaceSelector().matches(Labels.NONE)) {
      namespaces.set(0, snapshot.namespaceIds());
      marks = -1;
    }
    term.namespaces().forEach(namespace -> add(snapshot, namespace));
  }

  private void add(Snapshot snapshot, String namespace) {
    int id = snapshot.namespaceId(namespace);
    if (id != Snapshot.NO_PODS) {
      namespaces.set(id);
      marks |= NodeInfo.markOf(id);
    }
  }

  /** Whether a pod on the node may be one of these; false is certain. */
  boolean mayInclude(NodeInfo node) {
    return (node.marks() & marks) != 0;
  }

  boolean includes(NodeInfo node, int pod) {
    return namespaces.get(node.namespaceId(pod)) || (repelling && node.repelsOtherNamespaces(pod));
  }
}
