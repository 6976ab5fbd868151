package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Problem;
import java.util.Optional;

/** What the cluster has room for while pods are exchanged for those of a new template. */
public interface RolloutRoom {

  /** What speaks against replacing all pods. */
  Optional<Problem> objection();

  /** Whether every node with a pair holds a new pod of that role beside the old one. */
  boolean holdsBoth(Role role);

  /** Whether a pod of that role is there that no node takes beside all that runs. */
  boolean isStuck(Role role);
}
