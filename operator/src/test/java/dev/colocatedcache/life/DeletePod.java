package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * {@code kubectl delete pod} of one half.
 *
 * @param pick which one, counted by node and around the end
 * @param force without waiting for the kubelet
 */
record DeletePod(int cache, Role role, int pick, boolean force) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(
            cache ->
                new DeletePod(
                    cache, World.either(random), random.nextInt(8), random.nextInt(4) == 0));
  }

  @Override
  public void play(World world) {
    // Its replacement may find its place taken, and then the other half has to go as well.
    world.allowed().pairs(Setup.nameOf(cache), 1);
    world
        .pod(cache, role, pick)
        .ifPresent(
            pod -> {
              var resource =
                  world
                      .client()
                      .pods()
                      .inNamespace(world.namespace())
                      .withName(pod.getMetadata().getName());
              if (force) {
                resource.withGracePeriod(0).delete();
              } else {
                resource.delete();
              }
            });
  }
}
