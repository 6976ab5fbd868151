package dev.colocatedcache.life;

import java.util.List;
import java.util.random.RandomGenerator;

/** The operations that there are, and how often each comes. */
final class Repertoire {
  private static final List<Entry> ALL =
      List.of(
          new Entry(12, Scale::draw),
          new Entry(3, ScaleBackAndForth::draw),
          new Entry(9, Roll::draw),
          new Entry(3, RestartChild::draw),
          new Entry(6, Cordon::draw),
          new Entry(7, Uncordon::draw),
          new Entry(4, Drain::draw),
          new Entry(4, Taint::draw),
          new Entry(6, Untaint::draw),
          new Entry(6, Relabel::draw),
          new Entry(5, Resize::draw),
          new Entry(5, AddNode::draw),
          new Entry(4, RemoveNode::draw),
          new Entry(2, NotReady::draw),
          new Entry(4, ReadyAgain::draw),
          new Entry(6, ForeignPod::draw),
          new Entry(6, ForeignGone::draw),
          new Entry(5, DeletePod::draw),
          new Entry(4, EvictPod::draw),
          new Entry(2, DeleteCache::draw),
          new Entry(4, CreateCache::draw),
          new Entry(3, EditChild::draw),
          new Entry(2, DeleteChild::draw),
          new Entry(1, ChangeAnchor::draw),
          new Entry(2, ChangePairing::draw),
          new Entry(2, KillOperator::draw),
          new Entry(1, SecondOperator::draw),
          new Entry(12, Pause::draw));

  private record Entry(int weight, Drawing drawing) {}

  private Repertoire() {}

  /** One of the operations, those of more weight more often. */
  static Drawing drawing(RandomGenerator random) {
    int at = random.nextInt(ALL.stream().mapToInt(Entry::weight).sum());
    for (Entry entry : ALL) {
      at -= entry.weight();
      if (at < 0) {
        return entry.drawing();
      }
    }
    throw new IllegalStateException("weights do not add up");
  }
}
