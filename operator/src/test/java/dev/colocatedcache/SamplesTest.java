package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.testing.Yaml;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Rollout;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Among the samples,")
final class SamplesTest {
  private static final String KUSTOMIZATION = "kustomization.yaml";

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("..", "samples"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  static List<ColocatedCache> colocatedCaches() throws IOException {
    return files().stream()
        .map(Yaml::file)
        .filter(text -> text.contains("\nkind: ColocatedCache\n"))
        .map(text -> Yaml.read(text, ColocatedCache.class))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  @DisplayName("each file holds objects with names, in the namespace checkout where they have one")
  void eachFile(Path file) {
    assertThat(Yaml.documents(Yaml.file(file)))
        .isNotEmpty()
        .allSatisfy(
            document -> {
              assertThat(document.get("apiVersion")).isInstanceOf(String.class);
              assertThat(document.get("kind")).isInstanceOf(String.class);
              if (file.endsWith(KUSTOMIZATION)) {
                return;
              }
              Map<?, ?> metadata = (Map<?, ?>) document.get("metadata");
              assertThat(metadata.get("name")).isIn("checkout", "checkout-redis");
              switch ((String) document.get("kind")) {
                case "Namespace" -> assertThat(metadata.get("namespace")).isNull();
                case "Application" -> assertThat(metadata.get("namespace")).isEqualTo("argocd");
                default -> assertThat(metadata.get("namespace")).isEqualTo("checkout");
              }
            });
  }

  @Test
  @DisplayName("three are ColocatedCaches: both stories, and the workshop's")
  void three() throws IOException {
    assertThat(colocatedCaches()).hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("colocatedCaches")
  @DisplayName("each ColocatedCache makes the Deployments of the stories")
  void eachColocatedCache(ColocatedCache cc) {
    Workload workload = Workload.of(cc);

    assertThat(workload.role(Role.SERVICE))
        .extracting(RoleModel::name, RoleModel::component)
        .containsExactly("checkout", "service");
    assertThat(workload.role(Role.CACHE))
        .extracting(RoleModel::name, RoleModel::component)
        .containsExactly("checkout-redis", "redis");
    assertThat(workload.role(Role.SERVICE).ports())
        .extracting(ServicePort::getPort)
        .containsExactly(80);
    assertThat(workload.role(Role.CACHE).ports())
        .extracting(ServicePort::getPort)
        .containsExactly(6379);
  }

  @ParameterizedTest
  @ValueSource(strings = {"checkout-cache-follows-service", "checkout-service-follows-cache"})
  @DisplayName("a story by hand runs the same containers under the same selectors")
  void byHand(String story) {
    Workload workload =
        Workload.of(Yaml.read(Yaml.file("samples/" + story + ".yaml"), ColocatedCache.class));
    List<Deployment> byHand =
        Yaml.documents(Yaml.file("samples/" + story + "-by-hand.yaml")).stream()
            .filter(document -> "Deployment".equals(document.get("kind")))
            .map(document -> Yaml.read(Yaml.text(document), Deployment.class))
            .toList();

    assertThat(byHand).hasSize(2);
    assertThat(byHand)
        .allSatisfy(
            written -> {
              Role role =
                  written.getMetadata().getName().equals("checkout") ? Role.SERVICE : Role.CACHE;
              Deployment made = workload.deployment(role, 1, Rollout.REPLACE);
              assertThat(containers(written)).isEqualTo(containers(made));
              assertThat(written.getSpec().getSelector()).isEqualTo(made.getSpec().getSelector());
            });
  }

  @Test
  @DisplayName("the workshop's kustomization takes every file beside it")
  void workshop() throws IOException {
    Map<?, ?> kustomization = Yaml.documents(Yaml.file("samples/workshop/" + KUSTOMIZATION)).get(0);

    assertThat(files())
        .filteredOn(file -> file.getParent().endsWith("workshop"))
        .extracting(file -> file.getFileName().toString())
        .filteredOn(name -> !name.equals(KUSTOMIZATION))
        .hasSameElementsAs(strings(kustomization.get("resources")));
  }

  private static List<String> strings(Object list) {
    return ((List<?>) list).stream().map(String.class::cast).toList();
  }

  private static List<Container> containers(Deployment deployment) {
    List<Container> containers = deployment.getSpec().getTemplate().getSpec().getContainers();
    // As the API server stores it where it is not written.
    containers.forEach(
        container ->
            container.getPorts().stream()
                .filter(port -> port.getProtocol() == null)
                .forEach(port -> port.setProtocol("TCP")));
    return containers;
  }
}
