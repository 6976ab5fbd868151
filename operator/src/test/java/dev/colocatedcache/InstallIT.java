package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.Helm;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(DevclusterExtension.class)
@DisplayName("The operator is installed,")
final class InstallIT {
  private static final String RELEASE = "colocatedcache-operator";
  private static final String SYSTEM = RunningOperator.NAMESPACE;
  private static final String DEFINITION = "crd/colocatedcaches.colocatedcache.dev";

  /** What only the chart adds, and what kubectl and the API server take no notice of. */
  private static final Set<String> OF_HELM =
      Set.of("helm.sh/chart", "app.kubernetes.io/managed-by", "helm.sh/resource-policy");

  @ParameterizedTest(name = "deploy/{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          .                           | colocatedcache-system |
          overlays/cluster-wide       | colocatedcache-system |
          overlays/high-availability  | colocatedcache-system | replicas=2
          overlays/single-namespace   | checkout              | watchNamespaces={checkout}
          """)
  @DisplayName("by kustomize and by Helm, as the same objects")
  void sameObjects(String overlay, String namespace, String values, Devcluster cluster) {
    Map<String, Object> kustomized =
        objects(cluster.kubectl("kustomize", "../deploy/" + overlay).orFail());
    String templated =
        template(cluster, namespace, "--set", values == null ? "replicas=1" : values);

    // Helm makes the namespace itself, before the release.
    kustomized.remove("Namespace " + namespace);
    assertThat(objects(templated)).containsExactlyEntriesOf(kustomized);
  }

  @Test
  @DisplayName(
      "by install.yaml, which is what kustomize makes of deploy/; if not: make install-yaml")
  void installYaml(Devcluster cluster) {
    String install = Yaml.file("deploy/install.yaml");

    assertThat(install.substring(install.indexOf('\n') + 1))
        .isEqualTo(cluster.kubectl("kustomize", "../deploy").orFail());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          replicas=two                      | /replicas
          replica=2                         | replica
          image.digest=latest               | /image/digest
          watchNamespaces={All}             | /watchNamespaces/0
          networkPolicy.apiServerPorts={0}  | /networkPolicy/apiServerPorts/0
          networkPolicy.from={}             | /networkPolicy/from
          monitoring.interval=often         | /monitoring/interval
          """)
  @DisplayName("by Helm, which names the value that is wrong")
  void schema(String value, String place, Devcluster cluster) {
    CommandResult refused =
        new Helm(cluster).run("template", RELEASE, Helm.CHART.toString(), "--set", value);

    assertThat(refused.ok()).isFalse();
    assertThat(refused.err()).contains("values don't meet the specifications", place);
  }

  @Test
  @DisplayName("with what deploy/monitoring has, where Helm is told to, and where its runbook is")
  void monitoring(Devcluster cluster) {
    Map<String, Object> kustomized =
        objects(cluster.kubectl("kustomize", "../deploy/monitoring").orFail());
    String templated = template(cluster, SYSTEM, "--set", "monitoring.enabled=true");

    assertThat(kustomized).hasSize(4);
    assertThat(objects(templated)).containsAllEntriesOf(kustomized);
    assertThat(
            template(
                cluster,
                SYSTEM,
                "--set",
                "monitoring.enabled=true,monitoring.labels.release=prometheus,"
                    + "monitoring.runbookUrl=https://docs.example.com/runbook"))
        .contains("runbook_url: https://docs.example.com/runbook#colocatedcachestalled")
        .doesNotContain("runbook: ")
        .containsPattern("kind: ServiceMonitor(?s:.{1,400})release: prometheus");
  }

  @Test
  @DisplayName("by Helm with a file of settings, and started anew where one changes that has to")
  void settings(Devcluster cluster) {
    String before = withSettings(cluster, "json", "info");
    String level = withSettings(cluster, "json", "debug");
    String format = withSettings(cluster, "text", "info");

    assertThat(objects(before))
        .extractingByKey("ConfigMap colocatedcache-operator-config")
        .extracting("data")
        .isEqualTo(Map.of("config.yaml", "log-format: json\nlog-level:\n- info\n"));
    assertThat(before)
        .contains("- --config=/etc/colocatedcache/config.yaml", "mountPath: /etc/colocatedcache\n");
    String deployment = "Deployment colocatedcache-operator";
    assertThat(objects(level))
        .extractingByKey(deployment)
        .isEqualTo(objects(before).get(deployment));
    assertThat(objects(format))
        .extractingByKey(deployment)
        .isNotEqualTo(objects(before).get(deployment));
  }

  private static String withSettings(Devcluster cluster, String format, String level) {
    return template(
        cluster,
        SYSTEM,
        "--set",
        "config.log-format=%s,config.log-level={%s}".formatted(format, level));
  }

  /** What Helm makes of the chart for a release in this namespace. */
  private static String template(Devcluster cluster, String namespace, String flag, String values) {
    return new Helm(cluster)
        .run("template", RELEASE, Helm.CHART.toString(), "--namespace", namespace, flag, values)
        .orFail();
  }

  @Test
  @OwnDevcluster(nodes = 1)
  @DisplayName("by Helm with a definition that goes with the release, where one says so")
  void notKept(Devcluster cluster) {
    Helm helm = new Helm(cluster);
    cluster.kubectl("create", "namespace", SYSTEM).orFail();
    helm.run("install", RELEASE, Helm.CHART.toString(), "-n", SYSTEM, "--set", "replicas=0")
        .orFail();
    settles(
        () -> assertThat(cluster.kubectl("delete", DEFINITION, "--dry-run=server").ok()).isFalse());

    helm.run(
            "upgrade",
            RELEASE,
            Helm.CHART.toString(),
            "-n",
            SYSTEM,
            "--set",
            "replicas=0,crds.keep=false")
        .orFail();
    helm.run("uninstall", RELEASE, "-n", SYSTEM, "--wait").orFail();
    assertThat(cluster.kubectl("get", DEFINITION).err()).contains("NotFound");
    assertThat(cluster.kubectl("get", "validatingadmissionpolicies", "-o", "name").orFail())
        .doesNotContain("colocatedcache");
  }

  @Test
  @OwnDevcluster(nodes = 2)
  @DisplayName(
      "by Helm, upgraded with its definition, uninstalled and installed by install.yaml, and no pod"
          + " of a pair takes notice")
  void lifecycle(
      Devcluster cluster, KubernetesClient client, TestNamespace namespace, @TempDir Path directory)
      throws IOException {
    Helm helm = new Helm(cluster);
    assertThat(helm.run("lint", "--strict", Helm.CHART.toString()).ok()).isTrue();
    cluster.kubectl("apply", "-f", "../deploy/overlays/cluster-wide/namespace.yaml").orFail();
    helm.run("install", RELEASE, Helm.CHART.toString(), "-n", SYSTEM).orFail();
    podIsAdmitted(cluster);

    helm.run("upgrade", RELEASE, newer(directory).toString(), "-n", SYSTEM, "--set", "replicas=0")
        .orFail();
    assertThat(cluster.kubectl("explain", "colocatedcache").orFail()).contains("Of the next day.");

    RunningOperator operator = RunningOperator.stopped(cluster);
    cluster.attach(operator);
    operator.start();
    ObservedPairs pairs = PairManifest.named("checkout").apply(cluster, namespace.name());
    pairs.awaitPairs(2);
    Set<String> running = uids(pairs);

    operator.stop();
    helm.run("uninstall", RELEASE, "-n", SYSTEM, "--wait").orFail();
    assertThat(cluster.kubectl("-n", SYSTEM, "get", "deployments,sa", "-o", "name").orFail())
        .doesNotContain(RELEASE);
    assertThat(uids(pairs)).as("goes on without an operator").isEqualTo(running);

    cluster.kubectl("apply", "-f", "../deploy/install.yaml").orFail();
    cluster.kubectl("-n", SYSTEM, "scale", "deployment", RELEASE, "--replicas=0").orFail();
    operator.start();
    settles(() -> assertThat(operator.reconciliations()).isPositive());
    pairs.awaitPairs(2);
    assertThat(uids(pairs)).as("is taken up without a restart").isEqualTo(running);
    cluster.kubectl("-n", namespace.name(), "scale", "ccache/checkout", "--replicas=1").orFail();
    pairs.awaitPairs(1);
    assertThat(running).containsAll(uids(pairs));

    settles(
        () -> {
          CommandResult deleted =
              cluster.kubectl("delete", "--dry-run=server", "-f", "../deploy/install.yaml");
          assertThat(deleted.ok()).isFalse();
          assertThat(deleted.err())
              .contains(
                  "deleting this definition deletes every ColocatedCache and its pods",
                  "add `-l app.kubernetes.io/part-of=colocatedcache`");
        });
    operator.stop();
    cluster
        .kubectl("delete", "-k", "../deploy", "-l", "app.kubernetes.io/part-of=colocatedcache")
        .orFail();
    assertThat(client.namespaces().withName(SYSTEM).get()).isNull();
    assertThat(cluster.kubectl("get", "ccache", "-A", "-o", "name").orFail()).contains("checkout");
    assertThat(running).containsAll(uids(pairs));
  }

  /** A pod of the operator is let into a namespace that takes restricted pods only. */
  private static void podIsAdmitted(Devcluster cluster) {
    cluster
        .kubectl("-n", SYSTEM, "rollout", "status", "deployment/" + RELEASE, "--timeout=90s")
        .orFail();
    CommandResult other =
        cluster.kubectl("-n", SYSTEM, "run", "other", "--image=nginx", "--dry-run=server");
    assertThat(other.ok()).isFalse();
    assertThat(other.err()).contains("violates PodSecurity \"restricted:latest\"");
  }

  /** The chart of the next day, in which the definition differs. */
  private static Path newer(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(Helm.CHART)) {
      for (Path file : files.toList()) {
        Files.copy(file, directory.resolve("chart").resolve(Helm.CHART.relativize(file)));
      }
    }
    Path definition = directory.resolve("chart/files/crd.yaml");
    String before = Files.readString(definition);
    String after =
        before.replaceFirst("(openAPIV3Schema:\\s+description: \")", "$1Of the next day. ");
    assertThat(after).isNotEqualTo(before);
    Files.writeString(definition, after);
    return directory.resolve("chart");
  }

  @Test
  @OwnDevcluster(nodes = 1)
  @DisplayName("for one namespace, and touches no other; uninstalled, it leaves all that was there")
  void singleNamespace(Devcluster cluster, KubernetesClient client, TestNamespace other) {
    String overlay = "../deploy/overlays/single-namespace";
    cluster.kubectl("create", "namespace", "checkout").orFail();
    cluster.kubectl("apply", "-k", overlay).orFail();
    cluster.kubectl("-n", "checkout", "scale", "deployment", RELEASE, "--replicas=0").orFail();
    RunningOperator operator =
        RunningOperator.stoppedIn("checkout", cluster, "--namespaces", "checkout");
    cluster.attach(operator);
    operator.start();

    ObservedPairs elsewhere = PairManifest.named("elsewhere").apply(cluster, other.name());
    ObservedPairs pairs = PairManifest.named("checkout").replicas(1).apply(cluster, "checkout");
    pairs.awaitPairs(1);
    cluster
        .kubectl("-n", "checkout", "patch", "ccache/checkout", "--type=merge", "-p", NO_PORTS)
        .orFail();
    settles(
        () ->
            assertThat(client.services().inNamespace("checkout").list().getItems())
                .extracting(service -> service.getMetadata().getName())
                .containsExactly("checkout"));
    elsewhere.assertUnseen();
    assertThat(operator.log()).doesNotContain("a permission is missing").doesNotContain(" cannot ");

    // Without a port of the cache's there is no address to tell the service of, so it is rolled.
    pairs.awaitPairs(1);
    Set<String> running = uids(pairs);
    operator.stop();
    cluster
        .kubectl("delete", "-k", overlay, "-l", "app.kubernetes.io/part-of=colocatedcache")
        .orFail();
    assertThat(uids(pairs)).isEqualTo(running);
    assertThat(cluster.kubectl("get", DEFINITION).ok()).isTrue();
  }

  @Test
  @DisplayName(
      "by Argo CD, whose own configuration keeps its keys, the definition first and to stay")
  void argoCd(Devcluster cluster, KubernetesClient client) {
    cluster.kubectl("create", "namespace", "argocd").orFail();
    cluster
        .kubectl(
            "-n", "argocd", "create", "configmap", "argocd-cm", "--from-literal=url=https://cd")
        .orFail();
    CommandResult taken = cluster.kubectl("apply", "--server-side", "-k", "../deploy/argocd");
    assertThat(taken.orFail()).isEqualTo("configmap/argocd-cm serverside-applied\n");

    Map<String, String> data =
        client.configMaps().inNamespace("argocd").withName("argocd-cm").get().getData();
    assertThat(data)
        .containsEntry("url", "https://cd")
        .containsEntry(
            "resource.customizations.health.colocatedcache.dev_ColocatedCache",
            Yaml.file("deploy/argocd/health.lua"))
        .hasSize(3);
    assertThat(objects(cluster.kubectl("kustomize", "../deploy/argocd/operator").orFail()))
        .extractingByKey("CustomResourceDefinition colocatedcaches.colocatedcache.dev")
        .extracting("metadata")
        .extracting("annotations")
        .isEqualTo(
            Map.of(
                "argocd.argoproj.io/sync-wave",
                "-1",
                "argocd.argoproj.io/sync-options",
                "Prune=false,Delete=false,ServerSideApply=true"));
  }

  private static final String NO_PORTS = "{\"spec\": {\"cache\": {\"ports\": []}}}";

  private static Set<String> uids(ObservedPairs pairs) {
    return pairs.pods().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .map(pod -> pod.getMetadata().getUid())
        .collect(Collectors.toSet());
  }

  /** Objects by kind and name, without what is not compared. */
  private static Map<String, Object> objects(String manifests) {
    return Yaml.documents(manifests).stream()
        .filter(document -> document != null && document.get("kind") != null)
        .collect(
            Collectors.toMap(
                document ->
                    document.get("kind") + " " + ((Map<?, ?>) document.get("metadata")).get("name"),
                InstallIT::comparable,
                (one, other) -> {
                  throw new AssertionError("twice: " + one);
                },
                TreeMap::new));
  }

  private static Object comparable(Map<?, ?> document) {
    Map<Object, Object> metadata = new LinkedHashMap<>((Map<?, ?>) document.get("metadata"));
    for (String field : List.of("labels", "annotations")) {
      if (metadata.get(field) instanceof Map<?, ?> entries) {
        Map<Object, Object> kept = new HashMap<>(entries);
        kept.keySet().removeAll(OF_HELM);
        metadata.put(field, kept);
        metadata.remove(field, Map.of());
      }
    }
    // kustomize does not know that these have none; kubectl does.
    if (((String) document.get("kind")).startsWith("ValidatingAdmissionPolicy")) {
      metadata.remove("namespace");
    }
    Map<Object, Object> copy = new HashMap<>(document);
    copy.put("metadata", metadata);
    return Yaml.alike(copy);
  }
}
