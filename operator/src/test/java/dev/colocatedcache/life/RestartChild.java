package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code kubectl rollout restart} of a child. */
record RestartChild(int cache, Role role, int version) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(cache -> new RestartChild(cache, World.either(random), world.nextVersion()));
  }

  @Override
  public void play(World world) {
    world.mayRoll(cache, role);
    world.patchDeployment(
        cache,
        role,
        Map.of(
            "spec",
            Map.of(
                "template",
                Map.of(
                    "metadata",
                    Map.of(
                        "annotations",
                        Map.of("kubectl.kubernetes.io/restartedAt", "v" + version))))));
  }
}
