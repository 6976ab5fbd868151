package dev.colocatedcache.affinity;

import dev.colocatedcache.affinity.Requirement.Operator;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The nodes that a pod's nodeSelector and required node affinity allow, by {@code
 * RequiredNodeAffinity} of k8s.io/component-helpers.
 */
final class RequiredNodeAffinity {

  private static final String NAME_FIELD = "metadata.name";

  private final Selector nodeSelector;

  /** Terms that can match, ORed; null if the pod has no required node affinity at all. */
  private final List<Term> terms;

  private final Set<String> namedNodes;

  private RequiredNodeAffinity(Selector nodeSelector, List<Term> terms, Set<String> namedNodes) {
    this.nodeSelector = nodeSelector;
    this.terms = terms;
    this.namedNodes = namedNodes;
  }

  static RequiredNodeAffinity of(PodSpec spec) {
    Selector nodeSelector = Selector.of(Given.map(spec.getNodeSelector()));
    if (spec.getAffinity() == null
        || spec.getAffinity().getNodeAffinity() == null
        || spec.getAffinity().getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()
            == null) {
      return new RequiredNodeAffinity(nodeSelector, null, null);
    }
    NodeSelector required =
        spec.getAffinity().getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
    List<Term> terms = new ArrayList<>();
    for (NodeSelectorTerm term : Given.list(required.getNodeSelectorTerms())) {
      Term.of(term).ifPresent(terms::add);
    }
    return new RequiredNodeAffinity(
        nodeSelector, terms, namedNodes(Given.list(required.getNodeSelectorTerms())));
  }

  /** The union of the nodes that the terms name, or null if a term names none. */
  private static Set<String> namedNodes(List<NodeSelectorTerm> terms) {
    Set<String> union = new HashSet<>();
    for (NodeSelectorTerm term : terms) {
      Set<String> named = null;
      for (NodeSelectorRequirement field : Given.list(term.getMatchFields())) {
        if (NAME_FIELD.equals(field.getKey()) && "In".equals(field.getOperator())) {
          Set<String> values = new HashSet<>(Given.list(field.getValues()));
          if (named == null) {
            named = values;
          } else {
            named.retainAll(values);
          }
        }
      }
      if (named == null) {
        return null;
      }
      union.addAll(named);
    }
    return terms.isEmpty() ? null : union;
  }

  /** Whether it allows every node. */
  boolean isEmpty() {
    return terms == null && nodeSelector.isEverything();
  }

  /** The only nodes that come into question, by name, if every term says so with matchFields. */
  Optional<Set<String>> namedNodes() {
    return Optional.ofNullable(namedNodes);
  }

  boolean matches(NodeInfo node) {
    if (!nodeSelector.matches(node.labels())) {
      return false;
    }
    if (terms == null) {
      return true;
    }
    for (Term term : terms) {
      if (term.matches(node)) {
        return true;
      }
    }
    return false;
  }

  private record Term(Selector labels, List<Field> fields) {

    /**
     * Nothing for a term that is empty or cannot be read: it matches no node, and the others still
     * may.
     */
    static Optional<Term> of(NodeSelectorTerm term) {
      List<NodeSelectorRequirement> expressions = Given.list(term.getMatchExpressions());
      List<NodeSelectorRequirement> fields = Given.list(term.getMatchFields());
      if (expressions.isEmpty() && fields.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Term(
                Selector.of(expressions.stream().map(Term::requirement).toList()),
                fields.stream().map(Field::of).toList()));
      } catch (InvalidInputException unreadable) {
        return Optional.empty();
      }
    }

    private static Requirement requirement(NodeSelectorRequirement requirement) {
      Operator operator =
          switch (Given.text(requirement.getOperator())) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
            case "Gt" -> Operator.GREATER_THAN;
            case "Lt" -> Operator.LESS_THAN;
            default -> throw unsupported(requirement);
          };
      return Requirement.of(
          Given.text(requirement.getKey()), operator, Given.list(requirement.getValues()));
    }

    boolean matches(NodeInfo node) {
      if (!labels.matches(node.labels())) {
        return false;
      }
      for (Field field : fields) {
        if (!field.matches(node)) {
          return false;
        }
      }
      return true;
    }
  }

  /** A field of the node, of which metadata.name is the only one there is, and its one value. */
  private record Field(String key, boolean equal, String value) {

    static Field of(NodeSelectorRequirement requirement) {
      boolean equal = "In".equals(requirement.getOperator());
      if ((!equal && !"NotIn".equals(requirement.getOperator()))
          || Given.list(requirement.getValues()).size() != 1) {
        throw unsupported(requirement);
      }
      return new Field(Given.text(requirement.getKey()), equal, requirement.getValues().get(0));
    }

    boolean matches(NodeInfo node) {
      String actual = NAME_FIELD.equals(key) ? node.name() : "";
      return actual.equals(value) == equal;
    }
  }

  private static InvalidInputException unsupported(NodeSelectorRequirement requirement) {
    return new InvalidInputException(
        "node selector on \"" + requirement.getKey() + "\" is not supported");
  }
}
