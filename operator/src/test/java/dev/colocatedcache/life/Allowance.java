package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.testing.PodHistory.Death;
import dev.colocatedcache.workload.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which pods may die of the operations of a burst; every other death is one too many. */
final class Allowance {
  private final Map<String, Map<Role, Integer>> some = new HashMap<>();
  private final Set<String> all = new HashSet<>();
  private final Set<String> nodes = new HashSet<>();

  /** So many pairs more of that ColocatedCache. */
  void pairs(String cache, int howMany) {
    for (Role role : Role.values()) {
      some.computeIfAbsent(cache, name -> new EnumMap<>(Role.class))
          .merge(role, howMany, Integer::sum);
    }
  }

  /** All pods of that half. */
  void half(String cache, Role role) {
    some.computeIfAbsent(cache, name -> new EnumMap<>(Role.class)).put(role, Integer.MAX_VALUE / 2);
  }

  /** All pods of that ColocatedCache. */
  void all(String cache) {
    all.add(cache);
  }

  /** All pods on that node. */
  void on(String node) {
    nodes.add(node);
  }

  /** The deaths that nothing explains, a sentence each. */
  List<String> exceededBy(Collection<Death> deaths) {
    List<String> exceeded = new ArrayList<>();
    for (Role role : Role.values()) {
      Map<String, List<Death>> byCache = new TreeMap<>();
      for (Death death : deaths) {
        String cache = death.labels().get(Labels.INSTANCE);
        if (role.value().equals(death.labels().get(Labels.ROLE))
            && !all.contains(cache)
            && !nodes.contains(death.node())) {
          byCache.computeIfAbsent(cache, name -> new ArrayList<>()).add(death);
        }
      }
      byCache.forEach(
          (cache, dead) -> {
            int had = some.getOrDefault(cache, Map.of()).getOrDefault(role, 0);
            if (dead.size() > had) {
              exceeded.add(
                  "%d pods of the %s of %s were killed, of which %d had to be: %s"
                      .formatted(dead.size(), role.value(), cache, had, dead));
            }
          });
    }
    return exceeded;
  }
}
