package dev.colocatedcache.status;

/**
 * Something that keeps a ColocatedCache from what it asks for until somebody changes something.
 *
 * @param reason one word for machines: the reason of the condition Stalled
 * @param message a sentence that says what to change
 */
public record Problem(Reason reason, String message) {

  /** The reasons of the condition Stalled. */
  public enum Reason {
    /** The spec cannot be made into children. */
    InvalidSpec,
    /** A child's name is taken by an object that is not this ColocatedCache's. */
    NameConflict,
    /** An object that may be adopted selects other pods than the ColocatedCache's. */
    SelectorMismatch,
    /** The API server refuses a child or its pods as invalid. */
    Rejected,
    /** The API server does not allow it: permissions, a quota or a policy. */
    Forbidden,
    /** A changed template fits so rarely that a rollout would leave fewer than minReplicas. */
    NoRoomForRollout,
    /** A changed template fits fewer pairs than run, and is rolled out once this has been said. */
    RolloutShrinks,
    /** A Deployment cannot create its pods. */
    ReplicaFailure,
    /** Containers of a role cannot run. */
    PodsFailing,
    /** A rollout does not get on. */
    ProgressDeadlineExceeded,
    /** Somebody else's budget covers the pods too, so that nobody can evict them. */
    BudgetConflict,
    /** Nodes are to be asked for, and the API by which they are is not installed. */
    CapacityBufferMissing;

    /** Whether it only has to be said before it is done. */
    public boolean isNotice() {
      return this == RolloutShrinks;
    }

    /** Whether pairs can be ready all the same. */
    boolean leavesPairsReady() {
      return this == BudgetConflict || this == CapacityBufferMissing;
    }
  }
}
