package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** A template changes, or both at once. */
record Roll(int cache, Set<Role> roles, int version) implements Operation {

  Roll {
    roles = Set.copyOf(roles);
  }

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    List<Set<Role>> which =
        List.of(Set.of(Role.SERVICE), Set.of(Role.CACHE), Set.of(Role.SERVICE, Role.CACHE));
    return Imagined.one(world.caches.keySet(), random)
        .map(cache -> new Roll(cache, which.get(random.nextInt(3)), world.nextVersion()));
  }

  @Override
  public void play(World world) {
    Map<String, Object> spec = new TreeMap<>();
    for (Role role : roles) {
      spec.put(
          role.value(),
          Map.of(
              "template",
              Map.of("metadata", Map.of("annotations", Map.of(World.VERSION, "v" + version)))));
      world.mayRoll(cache, role);
    }
    world.patchCache(cache, Map.of("spec", spec));
  }

  @Override
  public String toString() {
    return "Roll[cache=%d, roles=%s, version=%d]".formatted(cache, new TreeSet<>(roles), version);
  }
}
