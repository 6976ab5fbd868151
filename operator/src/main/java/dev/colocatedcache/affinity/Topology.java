package dev.colocatedcache.affinity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How a node label divides the nodes into domains: one for each of its values. */
final class Topology {

  /** The domain of a node that lacks the label. */
  static final int NO_DOMAIN = -1;

  private final int[] domainOf;
  private final List<String> values;

  private Topology(int[] domainOf, List<String> values) {
    this.domainOf = domainOf;
    this.values = values;
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
}
