package dev.colocatedcache.bench;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Writes a made-up cluster as {@code kubectl get nodes,pods,namespaces -A -o json} prints one, with
 * what else a Pod has besides what placement depends on: about 4 kB a Pod.
 */
final class SnapshotFile {

  private static final String TOKEN = "kube-api-access-x7k2p";

  private SnapshotFile() {}

  static void write(MadeUpCluster cluster, Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (JsonGenerator json =
        mapper.getFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("apiVersion", "v1");
      json.writeStringField("kind", "List");
      json.writeArrayFieldStart("items");
      cluster.forEachNode(node -> write(json, node));
      cluster.forEachPod(pod -> write(json, inFull(pod)));
      cluster.forEachNamespace(namespace -> write(json, namespace));
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, Object object) {
    try {
      json.writeObject(object);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Pod inFull(Pod pod) {
    PodBuilder full = new PodBuilder(pod);
    full.editMetadata()
        .withUid("3f6c1b1e-5a1d-4a53-9a67-7a1f0c1d2e3f")
        .withResourceVersion("184467440")
        .withCreationTimestamp("2026-03-01T09:30:00Z")
        .addToAnnotations("prometheus.io/scrape", "true")
        .addToAnnotations(
            "checksum/config", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        .endMetadata();
    full.editSpec()
        .withServiceAccountName("default")
        .withSchedulerName("default-scheduler")
        .withRestartPolicy("Always")
        .withPriority(0)
        .withTerminationGracePeriodSeconds(30L)
        .addNewToleration("NoExecute", "node.kubernetes.io/not-ready", "Exists", 300L, null)
        .addNewToleration("NoExecute", "node.kubernetes.io/unreachable", "Exists", 300L, null)
        .addNewVolume()
        .withName(TOKEN)
        .withNewProjected()
        .addNewSource()
        .withNewServiceAccountToken()
        .withExpirationSeconds(3607L)
        .withPath("token")
        .endServiceAccountToken()
        .endSource()
        .endProjected()
        .endVolume()
        .editFirstContainer()
        .withImage("registry.example/team/server:1.14.2")
        .withImagePullPolicy("IfNotPresent")
        .addNewPort()
        .withName("http")
        .withContainerPort(8080)
        .withProtocol("TCP")
        .endPort()
        .addToEnv(
            new EnvVarBuilder().withName("LOG_LEVEL").withValue("info").build(),
            new EnvVarBuilder()
                .withName("DATABASE_URL")
                .withValue("postgres://db.internal:5432/orders?sslmode=verify-full")
                .build(),
            new EnvVarBuilder()
                .withName("POD_IP")
                .withNewValueFrom()
                .withNewFieldRef("v1", "status.podIP")
                .endValueFrom()
                .build())
        .withNewReadinessProbe()
        .withNewHttpGet()
        .withPath("/ready")
        .withNewPort("http")
        .endHttpGet()
        .withPeriodSeconds(10)
        .withTimeoutSeconds(1)
        .endReadinessProbe()
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withRunAsNonRoot(true)
        .endSecurityContext()
        .addNewVolumeMount()
        .withName(TOKEN)
        .withMountPath("/var/run/secrets/kubernetes.io/serviceaccount")
        .withReadOnly(true)
        .endVolumeMount()
        .endContainer()
        .endSpec();
    full.editStatus()
        .withHostIP("10.0.12.34")
        .withPodIP("10.0.56.78")
        .withQosClass("Burstable")
        .withStartTime("2026-03-01T09:30:01Z")
        .addNewCondition()
        .withType("PodScheduled")
        .withStatus("True")
        .withLastTransitionTime("2026-03-01T09:30:01Z")
        .endCondition()
        .addNewCondition()
        .withType("Initialized")
        .withStatus("True")
        .withLastTransitionTime("2026-03-01T09:30:01Z")
        .endCondition()
        .addNewCondition()
        .withType("ContainersReady")
        .withStatus("True")
        .withLastTransitionTime("2026-03-01T09:30:09Z")
        .endCondition()
        .addNewContainerStatus()
        .withName("server")
        .withReady(true)
        .withStarted(true)
        .withRestartCount(0)
        .withImage("registry.example/team/server:1.14.2")
        .withImageID(
            "registry.example/team/server@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        .withContainerID(
            "containerd://5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8")
        .withNewState()
        .withNewRunning("2026-03-01T09:30:05Z")
        .endState()
        .endContainerStatus()
        .endStatus();
    return full.build();
  }
}
