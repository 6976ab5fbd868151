package dev.colocatedcache.bench;

import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.reconcile.PairQuestion;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Locale;

/** The ColocatedCaches that are judged, each asked as the operator asks. */
public enum Question {
  /** A pair a node. */
  HOSTNAME("kubernetes.io/hostname", ""),

  /** A pair a node, spread evenly over the zones. */
  SPREAD(
      "kubernetes.io/hostname",
      """
            topologySpreadConstraints:
            - topologyKey: topology.kubernetes.io/zone
              maxSkew: 1
              whenUnsatisfiable: DoNotSchedule
              labelSelector: {matchLabels: {app: checkout}}
      """),

  /** A pair a zone. */
  ZONE("topology.kubernetes.io/zone", "");

  private final String topologyKey;
  private final String more;

  Question(String topologyKey, String more) {
    this.topologyKey = topologyKey;
    this.more = more;
  }

  PairRequest request() {
    return request(MadeUpCluster.SHOP);
  }

  PairRequest request(String namespace) {
    ColocatedCache resource =
        new KubernetesSerialization().unmarshal(manifest(namespace), ColocatedCache.class);
    return PairQuestion.of(resource, Workload.of(resource), AdmissionContext.NONE).request();
  }

  /** The ColocatedCache as a user writes it. */
  String manifest(String namespace) {
    return String.format(
        Locale.ROOT,
        """
        apiVersion: colocatedcache.dev/v1alpha1
        kind: ColocatedCache
        metadata:
          name: checkout
          namespace: %s
        spec:
          replicas: 200
          placement:
            topologyKey: %s
          service:
            name: checkout
            template:
              metadata:
                labels: {app: checkout}
              spec:
                containers:
                - name: checkout
                  image: registry.example/checkout:1.4.2
                  resources: {requests: {cpu: 500m, memory: 1Gi}}
        %s  cache:
            name: checkout-redis
            template:
              metadata:
                labels: {app: redis}
              spec:
                containers:
                - name: redis
                  image: registry.example/redis:7.4
                  resources: {requests: {cpu: 250m, memory: 4Gi}}
        """,
        namespace,
        topologyKey,
        more.indent(more.isEmpty() ? 0 : 2));
  }
}
