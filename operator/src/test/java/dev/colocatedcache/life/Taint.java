package dev.colocatedcache.life;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code kubectl taint}, which none of the pods tolerates. */
record Taint(int node, String effect) implements Operation {

  static Optional<Operation> draw(Imagined world, RandomGenerator random) {
    return Imagined.oneBut(world.nodes.keySet(), world.tainted, random)
        .map(
            node -> {
              world.tainted.add(node);
              return new Taint(node, random.nextInt(3) == 0 ? "NoExecute" : "NoSchedule");
            });
  }

  @Override
  public void play(World world) {
    if (effect.equals("NoExecute")) {
      world.allowed().on(world.nodeName(node));
    }
    world.editNode(
        node,
        was ->
            new NodeBuilder(was)
                .editSpec()
                .addNewTaint()
                .withKey(World.TAINT)
                .withEffect(effect)
                .endTaint()
                .endSpec()
                .build());
  }
}
