package dev.colocatedcache.life;

/**
 * Something that happens to a world. It carries all that it needs, by number, so that a script can
 * be played again, with or without the operations before it: what it means to change may not be
 * there, and then nothing happens.
 *
 * <p>How it comes to be is the business of a {@link Drawing}, listed in {@link Repertoire}.
 */
sealed interface Operation
    permits AddNode,
        ChangeAnchor,
        ChangePairing,
        ChangePriority,
        Cordon,
        CreateCache,
        DeleteCache,
        DeleteChild,
        DeletePod,
        Drain,
        EditChild,
        EvictPod,
        ForeignGone,
        ForeignPod,
        KillOperator,
        NotReady,
        Pause,
        ReadyAgain,
        Relabel,
        RemoveNode,
        Resize,
        RestartChild,
        Roll,
        Scale,
        ScaleBackAndForth,
        SecondOperator,
        Taint,
        Uncordon,
        Untaint {

  /** Does it, and says in {@link World#allowed()} which pods may die of it. */
  void play(World world);
}
