package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Capacity;
import java.util.List;

/**
 * What would be granted.
 *
 * @param colocatedCaches in the order in which they were served
 * @param nodes of the cluster, by name
 * @param changes what was assumed to change in the cluster, a sentence each
 * @param notes what else a reader should know, a sentence each
 */
record Plan(
    List<Placement> colocatedCaches, List<Site> nodes, List<String> changes, List<String> notes) {

  Plan {
    colocatedCaches = List.copyOf(colocatedCaches);
    nodes = List.copyOf(nodes);
    changes = List.copyOf(changes);
    notes = List.copyOf(notes);
  }

  /** Whether every ColocatedCache gets what it asks for. */
  boolean allGranted() {
    return colocatedCaches.stream().noneMatch(Placement::capped);
  }

  /**
   * A node.
   *
   * @param zone its zone, empty if it is in none
   * @param cordoned whether it is unschedulable
   * @param pods on it before anything is placed
   */
  record Site(String name, String zone, boolean cordoned, int pods) {}

  /**
   * What would be granted to one ColocatedCache.
   *
   * @param anchor the role that is placed first
   * @param capacity as the operator would report it
   * @param evaluation where the pairs go, and why not elsewhere
   * @param notes what a reader should know of it, a sentence each
   */
  record Placement(
      String namespace,
      String name,
      Role anchor,
      Capacity capacity,
      PairEvaluation evaluation,
      List<String> notes) {

    Placement {
      notes = List.copyOf(notes);
    }

    boolean capped() {
      return capacity.granted() < capacity.requested();
    }

    List<Pair> pairs() {
      return evaluation.pairs();
    }

    /** The node that runs the pod of that role, of a pair. */
    String node(Pair pair, Role role) {
      return role == anchor ? pair.anchorNode() : pair.followerNode();
    }

    /**
     * The half that a node rejects: "service", "cache", or "pair" for both of them, each by itself
     * or together.
     */
    String rejectedRole(NodeRejection rejection) {
      return switch (rejection.role()) {
        case ANCHOR -> anchor.value();
        case FOLLOWER -> anchor.other().value();
        case PAIR, BOTH -> "pair";
      };
    }

    /** The halves that a node would reject even by themselves. */
    List<String> rejectedAlone(NodeRejection rejection) {
      return switch (rejection.role()) {
        case ANCHOR -> List.of(anchor.value());
        case FOLLOWER -> List.of(anchor.other().value());
        case PAIR -> List.of();
        case BOTH -> List.of(Role.SERVICE.value(), Role.CACHE.value());
      };
    }
  }
}
