package dev.colocatedcache.affinity;

/**
 * How many pairs of an anchor and a follower fit, each pair in a topology domain of its own.
 *
 * @param namespace of both
 * @param anchor the pod that is placed first
 * @param follower the pod that is placed in the anchor's domain
 * @param anchorDeployment the Deployment that makes anchors
 * @param followerDeployment the Deployment that makes followers
 * @param topologyKey the node label whose values are the domains
 * @param wanted how many pairs are asked for
 */
public record PairRequest(
    String namespace,
    IncomingPod anchor,
    IncomingPod follower,
    String anchorDeployment,
    String followerDeployment,
    String topologyKey,
    int wanted) {

  /** The same for anchors of another template. */
  public PairRequest withAnchor(IncomingPod other) {
    return new PairRequest(
        namespace, other, follower, anchorDeployment, followerDeployment, topologyKey, wanted);
  }

  /** The same for another number of pairs. */
  public PairRequest wanting(int pairs) {
    return new PairRequest(
        namespace, anchor, follower, anchorDeployment, followerDeployment, topologyKey, pairs);
  }
}
