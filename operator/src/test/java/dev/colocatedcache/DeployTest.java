package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What kubectl apply -k deploy/ installs")
final class DeployTest {
  private static final Path DEPLOY = Path.of("..", "deploy");

  private static <T> T only(Class<T> type) {
    try (Stream<Path> files = Files.list(DEPLOY)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .flatMap(file -> Yaml.documents(Yaml.file(file)).stream())
          .filter(document -> type.getSimpleName().equals(document.get("kind")))
          .map(document -> Yaml.read(Yaml.text(document), type))
          .reduce(
              (one, other) -> {
                throw new AssertionError("more than one " + type.getSimpleName());
              })
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @DisplayName("may read no Secret, become nobody else, and has no wildcard in any rule")
  void leastPrivilege() {
    List<PolicyRule> rules = only(ClusterRole.class).getRules();

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
  @DisplayName("acts as the service account that is bound to that role")
  void serviceAccount() {
    ClusterRoleBinding binding = only(ClusterRoleBinding.class);

    assertThat(only(Namespace.class).getMetadata().getName()).isEqualTo("colocatedcache-system");
    assertThat(binding.getRoleRef().getName())
        .isEqualTo(only(ClusterRole.class).getMetadata().getName());
    assertThat(binding.getSubjects())
        .singleElement()
        .satisfies(
            subject -> {
              assertThat(subject.getNamespace()).isEqualTo("colocatedcache-system");
              assertThat(subject.getName()).isEqualTo("colocatedcache-operator");
            });
    assertThat(pod().getServiceAccountName()).isEqualTo("colocatedcache-operator");
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
  @DisplayName("takes every file beside its kustomization, and the checked-in CRD")
  void kustomization() throws IOException {
    Map<?, ?> kustomization =
        Yaml.documents(Yaml.file(DEPLOY.resolve("kustomization.yaml"))).get(0);

    try (Stream<Path> files = Files.list(DEPLOY)) {
      assertThat(
              Stream.concat(
                  Stream.of("../crd"),
                  files
                      .map(file -> file.getFileName().toString())
                      .filter(name -> !name.equals("kustomization.yaml"))))
          .containsExactlyInAnyOrderElementsOf(
              ((List<?>) kustomization.get("resources")).stream().map(String.class::cast).toList());
    }
  }

  @Test
  @DisplayName("runs the image that make image builds: of this version")
  void image() {
    String version =
        Pattern.compile("<version>(.+)</version>")
            .matcher(Yaml.file("pom.xml"))
            .results()
            .findFirst()
            .orElseThrow()
            .group(1);
    Map<?, ?> kustomization =
        Yaml.documents(Yaml.file(DEPLOY.resolve("kustomization.yaml"))).get(0);

    assertThat(kustomization.get("images"))
        .isEqualTo(List.of(Map.of("name", "colocatedcache/operator", "newTag", version)));
    assertThat(pod().getContainers())
        .extracting(Container::getImage)
        .containsExactly("colocatedcache/operator");
  }

  private static PodSpec pod() {
    return only(Deployment.class).getSpec().getTemplate().getSpec();
  }
}
