package dev.colocatedcache.affinity;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;

/**
 * The pods of a pair: where nothing else is said redis is the anchor, checkout follows it; both
 * repel themselves.
 */
final class ShopPairs {

  static final String ANCHOR = "redis";
  static final String FOLLOWER = "checkout";

  private ShopPairs() {}

  /**
   * A request for pairs whose halves ask for 1Gi of memory each and whose specs have more, given in
   * YAML.
   */
  static PairRequest request(
      String topologyKey, int wanted, String moreOfAnchor, String moreOfFollower) {
    return request(ANCHOR, FOLLOWER, topologyKey, wanted, moreOfAnchor, moreOfFollower);
  }

  /** The same with any anchor and follower. */
  static PairRequest request(
      String anchor,
      String follower,
      String topologyKey,
      int wanted,
      String moreOfAnchor,
      String moreOfFollower) {
    return new PairRequest(
        TestCluster.NAMESPACE,
        admitted(template(anchor, antiAffinity(anchor, topologyKey), moreOfAnchor)),
        admitted(
            template(
                follower,
                antiAffinity(follower, topologyKey) + ", " + affinity(anchor, topologyKey),
                moreOfFollower)),
        anchor,
        follower,
        topologyKey,
        wanted);
  }

  static PairRequest request(String topologyKey, int wanted) {
    return request(topologyKey, wanted, "", "");
  }

  private static IncomingPod admitted(String template) {
    return IncomingPod.admitted(
        Yaml.read(template, PodTemplateSpec.class), TestCluster.NAMESPACE, AdmissionContext.NONE);
  }

  private static String template(String app, String affinity, String more) {
    return """
        {metadata: {labels: {app: %s}}, spec: {
          containers: [{name: c, resources: {requests: {memory: 1Gi}}}], affinity: {%s}, %s}}
        """
        .formatted(app, affinity, more);
  }

  private static String antiAffinity(String app, String topologyKey) {
    return "podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        + "[{topologyKey: %s, labelSelector: {matchLabels: {app: %s}}}]}"
            .formatted(topologyKey, app);
  }

  private static String affinity(String app, String topologyKey) {
    return "podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        + "[{topologyKey: %s, labelSelector: {matchLabels: {app: %s}}}]}"
            .formatted(topologyKey, app);
  }

  /** A running pod of one of the two Deployments; more of its metadata may be given in YAML. */
  static String running(String deployment, String moreMetadata) {
    return """
        metadata: {labels: {app: %1$s, pod-template-hash: 5d9f}, %2$s
          ownerReferences: [{kind: ReplicaSet, name: %1$s-5d9f, controller: true}]},
        spec: {containers: [{name: c, resources: {requests: {memory: 1Gi}}}]}, status: {phase: Running}
        """
        .formatted(deployment, moreMetadata);
  }

  static String running(String deployment) {
    return running(deployment, "");
  }

  static String terminating(String deployment) {
    return running(deployment, "deletionTimestamp: now,");
  }
}
