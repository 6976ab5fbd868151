package dev.colocatedcache.life;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The taint is taken away. */
record Untaint(int node) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.one(world.tainted, random)
        .map(
            node -> {
              world.tainted.remove(node);
              return new Untaint(node);
            });
  }

  @Override
  public void play(World world) {
    world.editNode(
        node,
        was ->
            new NodeBuilder(was)
                .editSpec()
                .removeMatchingFromTaints(taint -> World.TAINT.equals(taint.getKey()))
                .endSpec()
                .build());
  }
}
