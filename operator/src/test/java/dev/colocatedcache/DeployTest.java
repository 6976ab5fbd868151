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
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

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
  @DisplayName(
      "stands for election with one replica too, and takes no setting from a Service's name")
  void oneActs() {
    assertThat(pod().getContainers())
        .singleElement()
        .extracting(Container::getArgs)
        .isEqualTo(List.of("run", "--leader-elect"));
    assertThat(pod().getEnableServiceLinks()).isFalse();
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
