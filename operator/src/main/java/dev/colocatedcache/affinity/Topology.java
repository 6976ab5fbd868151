package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How a node label divides the nodes into domains: one for each of its values. */
final class Topology {

  /** The domain of a node that lacks the label. */
  static final int NO_DOMAIN = -1;

  private final int[] domainOf;
  private final List<String> values;

  /** By domain; last those of nodes that are in none. */
  private final int[][] nodes;

  private Topology(int[] domainOf, List<String> values) {
    this.domainOf = domainOf;
    this.values = values;
    int[] sizes = new int[values.size() + 1];
    for (int domain : domainOf) {
      sizes[domain == NO_DOMAIN ? values.size() : domain]++;
    }
    this.nodes = new int[sizes.length][];
    Arrays.setAll(nodes, domain -> new int[sizes[domain]]);
    for (int node = domainOf.length - 1; node >= 0; node--) {
      int domain = domainOf[node] == NO_DOMAIN ? values.size() : domainOf[node];
      nodes[domain][--sizes[domain]] = node;
    }
  }

  /** Domains are numbered as their first node comes. */
  static Topology of(String key, NodeInfo[] nodes) {
    int[] domainOf = new int[nodes.length];
    List<String> values = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < nodes.length; i++) {
      String value = nodes[i].labels().get(key);
      if (value == null) {
        domainOf[i] = NO_DOMAIN;
      } else {
        Integer number = numbers.putIfAbsent(value, values.size());
        if (number == null) {
          number = values.size();
          values.add(value);
        }
        domainOf[i] = number;
      }
    }
    return new Topology(domainOf, values);
  }

  int domainOf(int node) {
    return domainOf[node];
  }

  int size() {
    return values.size();
  }

  String value(int domain) {
    return values.get(domain);
  }

  /** The positions of a domain's nodes, in order. Not to be changed. */
  int[] nodesOf(int domain) {
    return nodes[domain];
  }

  /** The positions of the nodes that lack the label, in order. Not to be changed. */
  int[] nodesOutside() {
    return nodes[values.size()];
  }
}
