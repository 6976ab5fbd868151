package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What kubectl apply -k deploy/ installs")
final class DeployTest {
  private static final Path DEPLOY = Path.of("..", "deploy");
  private static final Path CHART = DEPLOY.resolve("helm").resolve("colocatedcache-operator");

  /** All objects of {@code deploy/install.yaml} of a kind, which are those of deploy/. */
  private static <T extends HasMetadata> List<T> all(Class<T> type) {
    return Yaml.documents(Yaml.file(DEPLOY.resolve("install.yaml"))).stream()
        .filter(document -> type.getSimpleName().equals(document.get("kind")))
        .map(document -> Yaml.read(Yaml.text(document), type))
        .toList();
  }

  private static <T extends HasMetadata> T only(Class<T> type) {
    List<T> all = all(type);
    assertThat(all).as("%s", type.getSimpleName()).hasSize(1);
    return all.get(0);
  }

  @Test
  @DisplayName("may read no Secret, become nobody else, and has no wildcard in any rule")
  void leastPrivilege() {
    List<PolicyRule> rules =
        all(ClusterRole.class).stream()
            .filter(role -> role.getMetadata().getName().startsWith("colocatedcache-operator"))
            .flatMap(role -> role.getRules().stream())
            .toList();

    assertThat(rules)
        .isNotEmpty()
        .allSatisfy(
            rule -> {
              assertThat(
                      Stream.of(rule.getApiGroups(), rule.getResources(), rule.getVerbs())
                          .flatMap(List::stream))
                  .isNotEmpty()
                  .noneMatch(word -> word.contains("*"))
                  .doesNotContain(
                      "secrets", "bind", "escalate", "impersonate", "rbac.authorization.k8s.io");
              assertThat(rule.getNonResourceURLs()).isEmpty();
            });
    assertThat(rules)
        .filteredOn(rule -> rule.getResources().contains("colocatedcaches"))
        .flatExtracting(PolicyRule::getVerbs)
        .containsExactlyInAnyOrder("list", "watch");
  }

  @Test
  @DisplayName("acts as the service account that is bound to these roles, and to no other")
  void serviceAccount() {
    assertThat(only(Namespace.class).getMetadata().getName()).isEqualTo("colocatedcache-system");
    assertThat(pod().getServiceAccountName()).isEqualTo("colocatedcache-operator");
    assertThat(all(ClusterRoleBinding.class))
        .extracting(binding -> binding.getRoleRef().getName())
        .containsExactlyInAnyOrder("colocatedcache-operator", "colocatedcache-operator-reader");
    assertThat(all(ClusterRoleBinding.class))
        .flatExtracting(ClusterRoleBinding::getSubjects)
        .allSatisfy(
            subject -> {
              assertThat(subject.getNamespace()).isEqualTo("colocatedcache-system");
              assertThat(subject.getName()).isEqualTo("colocatedcache-operator");
            });
  }

  @Test
  @DisplayName("runs in a namespace that takes restricted pods only, and is one")
  void restricted() {
    assertThat(only(Namespace.class).getMetadata().getLabels())
        .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
    assertThat(pod().getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod().getSecurityContext().getSeccompProfile().getType())
        .isEqualTo("RuntimeDefault");
    assertThat(pod().getContainers())
        .singleElement()
        .extracting(Container::getSecurityContext)
        .satisfies(
            security -> {
              assertThat(security.getAllowPrivilegeEscalation()).isFalse();
              assertThat(security.getReadOnlyRootFilesystem()).isTrue();
              assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
            });
  }

  @Test
  @DisplayName("lets in whoever scrapes its one port, and lets it out to an API server only")
  void network() {
    NetworkPolicySpec policy = only(NetworkPolicy.class).getSpec();

    assertThat(policy.getPodSelector().getMatchLabels())
        .isEqualTo(only(Deployment.class).getSpec().getSelector().getMatchLabels());
    assertThat(policy.getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(policy.getIngress())
        .flatExtracting(NetworkPolicyIngressRule::getPorts)
        .extracting(port -> port.getPort().getStrVal())
        .containsExactlyElementsOf(
            pod().getContainers().get(0).getPorts().stream().map(ContainerPort::getName).toList());
    assertThat(policy.getEgress())
        .flatExtracting(NetworkPolicyEgressRule::getPorts)
        .extracting(port -> port.getPort().getIntVal())
        .containsExactly(443, 6443);
  }

  @Test
  @DisplayName("takes every file of the base, and the checked-in CRD")
  void kustomization() throws IOException {
    Path base = DEPLOY.resolve("base");
    try (Stream<Path> files = Files.list(base)) {
      assertThat(
              Stream.concat(
                  Stream.of("../../crd"),
                  files
                      .map(file -> file.getFileName().toString())
                      .filter(name -> !name.equals("kustomization.yaml"))))
          .containsExactlyInAnyOrderElementsOf(
              ((List<?>) kustomization(base).get("resources"))
                  .stream().map(String.class::cast).toList());
    }
  }

  @Test
  @DisplayName("runs the image that make image builds: of this version")
  void image() {
    assertThat(kustomization(DEPLOY.resolve("base")).get("images"))
        .isEqualTo(List.of(Map.of("name", "colocatedcache/operator", "newTag", version())));
    assertThat(pod().getContainers())
        .extracting(Container::getImage)
        .containsExactly("colocatedcache/operator:" + version());
    assertThat(Yaml.documents(Yaml.file(CHART.resolve("Chart.yaml"))).get(0).get("appVersion"))
        .isEqualTo(version());
  }

  static List<Path> sources() throws IOException {
    try (Stream<Path> base = Files.list(DEPLOY.resolve("base"))) {
      return Stream.concat(
              Stream.of(
                  DEPLOY.resolve("overlays/cluster-wide/namespace.yaml"),
                  Path.of("..", "crd", "colocatedcaches.colocatedcache.dev.yaml")),
              base.filter(file -> !file.endsWith("kustomization.yaml")))
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sources")
  @DisplayName("is in install.yaml as it is here; if not: make install-yaml")
  void installYaml(Path source) {
    Set<Object> applied = documents(DEPLOY.resolve("install.yaml"));

    assertThat(documents(source))
        .allSatisfy(
            document -> assertThat(applied.contains(document)).as("%.200s", document).isTrue());
  }

  private static Set<Object> documents(Path file) {
    return Yaml.documents(Yaml.file(file)).stream()
        .map(Yaml::alike)
        .map(DeployTest::withoutOverlay)
        .collect(Collectors.toSet());
  }

  /** But for what an overlay puts in: the namespace, and which image. */
  private static Object withoutOverlay(Object tree) {
    if (tree instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new HashMap<>();
      map.forEach((key, value) -> copy.put(key, withoutOverlay(value)));
      copy.computeIfPresent(
          "image",
          (key, image) -> image instanceof String name ? name.replaceAll(":[^/]*$", "") : image);
      copy.remove("namespace", "colocatedcache-system");
      return copy;
    }
    return tree instanceof List<?> list
        ? list.stream().map(DeployTest::withoutOverlay).toList()
        : tree;
  }

  static List<Path> copies() throws IOException {
    try (Stream<Path> files = Files.list(CHART.resolve("files"))) {
      return files.toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("copies")
  @DisplayName("is in the Helm chart as it is here; if not: make install-yaml")
  void chart(Path copy) {
    String name = copy.getFileName().toString();
    Path original =
        name.equals("crd.yaml")
            ? Path.of("..", "crd", "colocatedcaches.colocatedcache.dev.yaml")
            : DEPLOY.resolve("base").resolve(name);

    assertThat(copy).hasSameTextualContentAs(original);
  }

  private static Map<?, ?> kustomization(Path directory) {
    return Yaml.documents(Yaml.file(directory.resolve("kustomization.yaml"))).get(0);
  }

  private static String version() {
    return Pattern.compile("<version>(.+)</version>")
        .matcher(Yaml.file("pom.xml"))
        .results()
        .findFirst()
        .orElseThrow()
        .group(1);
  }

  private static PodSpec pod() {
    return only(Deployment.class).getSpec().getTemplate().getSpec();
  }
}
