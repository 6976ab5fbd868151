package dev.colocatedcache.life;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The operations that there are, and how often each comes. */
final class Repertoire {
  private static final List<Entry> ALL =
      List.of(
          new Entry(36, Scale::draw),
          new Entry(9, ScaleBackAndForth::draw),
          new Entry(27, Roll::draw),
          new Entry(9, RestartChild::draw),
          new Entry(18, Cordon::draw),
          new Entry(21, Uncordon::draw),
          new Entry(12, Drain::draw),
          new Entry(12, Taint::draw),
          new Entry(18, Untaint::draw),
          new Entry(18, Relabel::draw),
          new Entry(15, Resize::draw),
          new Entry(15, AddNode::draw),
          new Entry(12, RemoveNode::draw),
          new Entry(6, NotReady::draw),
          new Entry(12, ReadyAgain::draw),
          new Entry(18, ForeignPod::draw),
          new Entry(18, ForeignGone::draw),
          new Entry(15, DeletePod::draw),
          new Entry(12, EvictPod::draw),
          new Entry(6, DeleteCache::draw),
          new Entry(12, CreateCache::draw),
          new Entry(9, EditChild::draw),
          new Entry(6, DeleteChild::draw),
          new Entry(3, ChangeAnchor::draw),
          new Entry(6, ChangePairing::draw),
          new Entry(2, KillOperator::draw),
          new Entry(1, SecondOperator::draw),
          new Entry(36, Pause::draw));

  /**
   * What comes only once a world has lived for a while, so that short scripts stay as they were.
   */
  private static final List<Entry> LATER =
      Stream.concat(ALL.stream(), Stream.of(new Entry(9, ChangePriority::draw))).toList();

  private record Entry(int weight, Drawing drawing) {}

  private Repertoire() {}

  /**
   * One of the operations, those of more weight more often.
   *
   * @param later whether the world has lived for a while
   */
  static Drawing drawing(RandomGenerator random, boolean later) {
    List<Entry> entries = later ? LATER : ALL;
    int at = random.nextInt(entries.stream().mapToInt(Entry::weight).sum());
    for (Entry entry : entries) {
      at -= entry.weight();
      if (at < 0) {
        return entry.drawing();
      }
    }
    throw new IllegalStateException("weights do not add up");
  }
}
