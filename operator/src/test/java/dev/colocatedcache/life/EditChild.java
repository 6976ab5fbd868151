package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Somebody changes a Deployment of ours by hand. */
record EditChild(int cache, Role role, What what) implements Operation {

  /** What is changed. */
  enum What {
    /** One pod more. */
    REPLICAS,
    /** A variable more in the environment. */
    ENVIRONMENT,
    /** Pods may go to one node only. */
    NODE_SELECTOR,
    /** Its rollout stands still. */
    PAUSED
  }

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.caches.keySet(), random)
        .map(
            cache ->
                new EditChild(
                    cache,
                    World.either(random),
                    What.values()[random.nextInt(What.values().length)]));
  }

  @Override
  public void play(World world) {
    if (what == What.ENVIRONMENT || what == What.NODE_SELECTOR) {
      // The Deployment controller begins a rollout before it is put back.
      world.allowed().all(Setup.nameOf(cache));
    }
    world.patchDeployment(
        cache,
        role,
        Map.of(
            "spec",
            switch (what) {
              case REPLICAS -> Map.of("replicas", world.deploymentReplicas(cache, role) + 1);
              case PAUSED -> Map.of("paused", true);
              case ENVIRONMENT ->
                  template(
                      Map.of(
                          "containers",
                          List.of(
                              Map.of(
                                  "name",
                                  role == Role.SERVICE ? "web" : "redis",
                                  "env",
                                  List.of(Map.of("name", World.EDITED, "value", "1"))))));
              case NODE_SELECTOR ->
                  template(Map.of("nodeSelector", Map.of(World.EDITED, "nowhere")));
            }));
  }

  private static Map<String, Object> template(Map<String, Object> podSpec) {
    return Map.of("template", Map.of("spec", podSpec));
  }
}
