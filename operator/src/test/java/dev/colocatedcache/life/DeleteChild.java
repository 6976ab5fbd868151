package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Somebody deletes an object of ours. */
record DeleteChild(int cache, Role role, String kind) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(
            cache ->
                new DeleteChild(
                    cache,
                    World.either(random),
                    List.of("Deployment", "Service", "PodDisruptionBudget")
                        .get(random.nextInt(3))));
  }

  @Override
  public void play(World world) {
    String name = World.childName(cache, role);
    switch (kind) {
      case "Deployment" -> {
        world.allowed().all(Setup.nameOf(cache));
        world.client().apps().deployments().inNamespace(world.namespace()).withName(name).delete();
      }
      case "Service" ->
          world.client().services().inNamespace(world.namespace()).withName(name).delete();
      default ->
          world
              .client()
              .policy()
              .v1()
              .podDisruptionBudget()
              .inNamespace(world.namespace())
              .withName(name)
              .delete();
    }
  }
}
