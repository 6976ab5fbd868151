package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Twenty ColocatedCaches, no two alike, and everything that the API server fills in or rewrites.
 */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@OwnDevcluster(nodes = 4, audit = true)
@DisplayName("At rest,")
final class SteadyStateIT {
  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final Duration A_WHILE = Duration.ofSeconds(2);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ACCOUNT =
      "system:serviceaccount:" + RunningOperator.NAMESPACE + ":" + RunningOperator.SERVICE_ACCOUNT;

  private static final List<PairManifest> MANIFESTS =
      List.of(
          PairManifest.named("plain"),
          PairManifest.named("service-first").with("/spec/placement/anchor", "Service"),
          PairManifest.named("capped").replicas(9),
          PairManifest.named("capped-to-none").withInBoth("/nodeSelector", "{disk: none}"),
          PairManifest.named("zone").with("/spec/placement/topologyKey", ZONE),
          PairManifest.named("zone-capped")
              .replicas(5)
              .with("/spec/placement", "{anchor: Service, topologyKey: " + ZONE + "}"),
          PairManifest.named("no-ports")
              .with("/spec/service/ports", "[]")
              .with("/spec/cache/ports", "[]"),
          PairManifest.named("own-ports")
              .with("/spec/service/ports", "[{name: web, port: 80, targetPort: http}]")
              .with(
                  "/spec/cache/ports",
                  """
                  - {name: a, port: 6379, targetPort: redis, appProtocol: kubernetes.io/ws}
                  - {name: b, port: 6380, protocol: UDP}
                  """),
          PairManifest.named("node-affinity")
              .withInBoth(
                  "/affinity",
                  """
                  nodeAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      nodeSelectorTerms:
                        - matchExpressions: [{key: %s, operator: In, values: [a]}]
                        - matchExpressions: [{key: %s, operator: In, values: [b]}]
                          matchFields: [{key: metadata.name, operator: NotIn, values: [other]}]
                    preferredDuringSchedulingIgnoredDuringExecution:
                      - weight: 1
                        preference: {matchExpressions: [{key: disk, operator: Exists}]}
                  """
                      .formatted(ZONE, ZONE)),
          PairManifest.named("pod-affinity")
              .with(
                  "/spec/cache/template/spec/affinity",
                  """
                  podAntiAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      - topologyKey: kubernetes.io/hostname
                        labelSelector: {matchLabels: {nothing: here}}
                        namespaceSelector: {}
                    preferredDuringSchedulingIgnoredDuringExecution:
                      - weight: 100
                        podAffinityTerm: {topologyKey: %s, labelSelector: {}}
                  """
                      .formatted(ZONE)),
          PairManifest.named("bare-numbers")
              .with(
                  "/spec/service/template/spec/containers/0/resources",
                  "{requests: {cpu: 0.5, memory: 1e8}, limits: {cpu: 1, memory: 200000000}}")
              .with(
                  "/spec/cache/template/spec/containers/0/resources",
                  "{requests: {cpu: 0.0501, memory: 0.1Gi}, limits: {ephemeral-storage: 1.5Mi}}"),
          PairManifest.named("odd-quantities")
              .with(
                  "/spec/service/template/spec/containers/0/resources",
                  "{requests: {cpu: '0.10', memory: 1024Ki}, limits: {cpu: 1000m}}")
              .with(
                  "/spec/cache/template/spec/containers/0/resources",
                  "{limits: {cpu: '.25', memory: '0.5G'}}"),
          PairManifest.named("volumes")
              .withInBoth(
                  "/volumes",
                  """
                  - {name: empty, emptyDir: {}}
                  - {name: sized, emptyDir: {medium: Memory, sizeLimit: 0.5Gi}}
                  - {name: config, configMap: {name: some, optional: true}}
                  - {name: secret, secret: {secretName: some, optional: true, defaultMode: 256}}
                  - name: all
                    projected:
                      sources:
                        - downwardAPI:
                            items: [{path: n, fieldRef: {fieldPath: metadata.name}}]
                        - serviceAccountToken: {path: token}
                  """),
          PairManifest.named("environment")
              .with(
                  "/spec/service/template/spec/containers/0/env",
                  """
                  - {name: EMPTY, value: ""}
                  - {name: BARE}
                  - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                  - name: CPU
                    valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}
                  - {name: KEY, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}
                  """)
              .with(
                  "/spec/cache/template/spec/containers/0/envFrom",
                  "[{prefix: A_, configMapRef: {name: some, optional: true}}]"),
          PairManifest.named("probes")
              .with(
                  "/spec/service/template/spec/containers/0/readinessProbe",
                  "{httpGet: {path: /, port: http}, periodSeconds: 5}")
              .with(
                  "/spec/service/template/spec/containers/0/livenessProbe",
                  "{tcpSocket: {port: 80}, initialDelaySeconds: 0}")
              .with(
                  "/spec/cache/template/spec/containers/0/startupProbe",
                  "{exec: {command: [redis-cli, ping]}}")
              .with(
                  "/spec/cache/template/spec/containers/0/lifecycle",
                  "{preStop: {sleep: {seconds: 0}}}")
              .withInBoth("/securityContext", "{}"),
          PairManifest.named("sidecars")
              .withInBoth(
                  "/initContainers",
                  """
                  - {name: once, image: busybox, command: [sleep, '1']}
                  - {name: beside, image: busybox, restartPolicy: Always}
                  """),
          PairManifest.named("spread")
              .with(
                  "/spec/cache/template/spec/topologySpreadConstraints",
                  """
                  - maxSkew: 5
                    topologyKey: %s
                    whenUnsatisfiable: DoNotSchedule
                    labelSelector: {matchLabels: {app.kubernetes.io/instance: spread}}
                  """
                      .formatted(ZONE))
              .withInBoth(
                  "/tolerations",
                  """
                  - {key: dedicated, operator: Equal, value: ""}
                  - {key: gone, operator: Exists, effect: NoExecute, tolerationSeconds: 0}
                  """),
          PairManifest.named("none").replicas(0),
          PairManifest.named("restarted"),
          PairManifest.named("repaired")
              .with("/spec/service/template/metadata", "{annotations: {a: ''}, labels: {b: ''}}")
              .withInBoth("/terminationGracePeriodSeconds", "0")
              .withInBoth("/automountServiceAccountToken", "false")
              .withInBoth("/dnsConfig", "{options: [{name: ndots, value: '1'}]}"));

  @Test
  @DisplayName("neither heartbeats nor a resync nor a restart make the operator write anything")
  void writesNothing(Devcluster cluster, RunningOperator operator, TestNamespace namespace) {
    assertThat(MANIFESTS).hasSize(20);
    KubernetesClient client = cluster.client();
    for (Node node : client.nodes().list().getItems()) {
      String name = node.getMetadata().getName();
      cluster.relabel(name, Map.of(ZONE, name.compareTo("node-2") > 0 ? "b" : "a"));
    }
    List<ObservedPairs> pairs = PairManifest.apply(MANIFESTS, cluster, namespace.name());
    atRest(pairs);
    cluster.kubectl("-n", namespace.name(), "rollout", "restart", "deployment/restarted").orFail();
    cluster
        .kubectl("-n", namespace.name(), "set", "env", "deployment/repaired", "ADDED=1")
        .orFail();
    settles(() -> assertThat(pairs.get(19).events("DriftReverted")).hasSize(1));
    atRest(pairs);
    assertThat(granted(pairs))
        .containsEntry("capped", 4)
        .containsEntry("capped-to-none", 0)
        .containsEntry("zone-capped", 2)
        .containsEntry("none", 0);

    Instant start = Instant.now();
    long before = operator.apiWrites();
    assertThat(before).as("writes until all were at rest").isGreaterThan(20);
    Map<String, String> versions = versions(client, namespace.name());
    Map<String, ColocatedCacheStatus> statuses = statuses(pairs);

    long reconciliations = operator.reconciliations();
    heartbeats(client);
    assertThat(operator.reconciliations()).as("heartbeats wake nobody").isEqualTo(reconciliations);

    cluster.kubectl("-n", namespace.name(), "annotate", "ccache", "--all", "resync=now").orFail();
    settles(
        () -> assertThat(operator.reconciliations()).isGreaterThanOrEqualTo(reconciliations + 20));
    holdsFor(A_WHILE, () -> assertThat(operator.apiWrites()).as("resync").isEqualTo(before));
    assertThat(versions(client, namespace.name()))
        .as("children, after a resync")
        .isEqualTo(versions);
    assertThat(statuses(pairs)).isEqualTo(statuses);

    Map<String, String> all = new TreeMap<>(versions);
    pairs.forEach(pair -> all.put(pair.name(), version(pair.resource())));
    operator.stop();
    operator.start();
    settles(() -> assertThat(operator.reconciliations()).isGreaterThanOrEqualTo(20));
    holdsFor(A_WHILE, () -> assertThat(operator.apiWrites()).as("restart").isZero());
    Map<String, String> now = versions(client, namespace.name());
    pairs.forEach(pair -> now.put(pair.name(), version(pair.resource())));
    assertThat(now).as("children and ColocatedCaches, after a restart").isEqualTo(all);

    assertThat(writes(cluster, Instant.EPOCH)).as("the audit log").hasSizeGreaterThan(20);
    assertThat(writes(cluster, start)).as("writes in the API server's audit log").isEmpty();
  }

  private static void atRest(List<ObservedPairs> pairs) {
    holdsFor(
        A_WHILE,
        () ->
            assertThat(pairs)
                .allSatisfy(
                    pair -> {
                      ColocatedCache resource = pair.resource();
                      assertThat(resource.getStatus()).isNotNull();
                      assertThat(resource.getStatus().observedGeneration())
                          .isEqualTo(resource.getMetadata().getGeneration());
                      assertThat(pair.is("Reconciling")).isEqualTo("absent");
                      assertThat(pair.is("Stalled")).isEqualTo("absent");
                      assertThat(pair.status().readyReplicas()).isEqualTo(pair.status().replicas());
                    }));
  }

  /**
   * Waits until each kubelet has renewed its lease, and then has each report its status as well.
   */
  private static void heartbeats(KubernetesClient client) {
    Set<String> renewed = leases(client);
    settles(() -> assertThat(leases(client)).doesNotContainAnyElementsOf(renewed));
    for (Node node : client.nodes().list().getItems()) {
      node.getStatus()
          .getConditions()
          .forEach(condition -> condition.setLastHeartbeatTime(Instant.now().toString()));
      String patch =
          client
              .getKubernetesSerialization()
              .asJson(Map.of("status", Map.of("conditions", node.getStatus().getConditions())));
      client
          .nodes()
          .withName(node.getMetadata().getName())
          .subresource("status")
          .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch);
    }
  }

  private static Set<String> leases(KubernetesClient client) {
    return client.leases().inNamespace("kube-node-lease").list().getItems().stream()
        .map(lease -> lease.getMetadata().getName() + "@" + lease.getSpec().getRenewTime())
        .collect(Collectors.toSet());
  }

  private static Map<String, String> versions(KubernetesClient client, String namespace) {
    Map<String, String> versions = new TreeMap<>();
    Stream.<HasMetadata>concat(
            client.apps().deployments().inNamespace(namespace).list().getItems().stream(),
            client.services().inNamespace(namespace).list().getItems().stream())
        .forEach(
            child ->
                versions.put(
                    child.getKind() + " " + child.getMetadata().getName(), version(child)));
    return versions;
  }

  private static String version(HasMetadata object) {
    return object.getMetadata().getResourceVersion();
  }

  private static Map<String, ColocatedCacheStatus> statuses(List<ObservedPairs> pairs) {
    return pairs.stream().collect(Collectors.toMap(ObservedPairs::name, ObservedPairs::status));
  }

  private static Map<String, Integer> granted(List<ObservedPairs> pairs) {
    return pairs.stream()
        .collect(Collectors.toMap(ObservedPairs::name, pair -> pair.status().replicas()));
  }

  /** What the operator's account has asked the API server to write, as the server has logged it. */
  private static Set<String> writes(Devcluster cluster, Instant since) {
    try (Stream<String> lines = Files.lines(cluster.auditLog())) {
      return lines
          .map(SteadyStateIT::read)
          .filter(event -> ACCOUNT.equals(event.at("/user/username").asText()))
          .filter(event -> !Set.of("get", "list", "watch").contains(event.get("verb").asText()))
          // A question that has the form of a write, and stores nothing.
          .filter(event -> !event.at("/objectRef/resource").asText().endsWith("accessreviews"))
          .filter(
              event -> Instant.parse(event.get("requestReceivedTimestamp").asText()).isAfter(since))
          .map(event -> event.get("verb").asText() + " " + event.get("requestURI").asText())
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
