package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The pods of a ColocatedCache get a higher priority than others have, or lose it. While one has
 * it, it may take room from the pairs of all others whenever it wants more.
 */
record ChangePriority(int cache, boolean high) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(cache -> new ChangePriority(cache, random.nextInt(3) > 0));
  }

  @Override
  public void play(World world) {
    Map<String, Object> pod = new TreeMap<>();
    pod.put("priorityClassName", high ? World.HIGH : null);
    Map<String, Object> spec = new TreeMap<>();
    for (Role role : Role.values()) {
      spec.put(role.value(), Map.of("template", Map.of("spec", pod)));
    }
    world.mayLosePairs();
    world.patchCache(cache, Map.of("spec", spec));
  }
}
