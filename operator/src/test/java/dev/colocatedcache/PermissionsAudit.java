package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.AuditedPermissions;
import dev.colocatedcache.testing.AuditedPermissions.Permission;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Runs after all integration tests, in a run of all of them, on what the audit logs of their
 * clusters say. A permission that no test made the operator use is one too many, or a test too few.
 */
@DisplayName("Of what deploy/ grants, and by the audit logs of all integration tests,")
final class PermissionsAudit {
  /** Only an admission plugin asks for it, which is on in some clusters. */
  private static final Permission FOR_ADMISSION =
      new Permission("colocatedcache.dev", "colocatedcaches/finalizers", "update");

  @Test
  @DisplayName("nothing was missing")
  void nothingMissing() throws IOException {
    assertThat(AuditedPermissions.recorded()).isNotEmpty();
    assertThat(AuditedPermissions.recorded())
        .flatExtracting(AuditedPermissions::refused)
        .as("refused to the operator")
        .isEmpty();
  }

  @Test
  @DisplayName("nothing was unused")
  void nothingUnused() throws IOException {
    Set<Permission> used =
        AuditedPermissions.recorded().stream()
            .flatMap(record -> record.used().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    used.add(FOR_ADMISSION);

    assertThat(granted()).hasSizeGreaterThan(30);
    assertThat(used).containsExactlyElementsOf(granted());
  }

  private static Set<Permission> granted() {
    return Yaml.documents(Yaml.file("deploy/install.yaml")).stream()
        .filter(document -> Set.of("ClusterRole", "Role").contains(document.get("kind")))
        .filter(document -> name(document).startsWith(RunningOperator.SERVICE_ACCOUNT))
        .flatMap(document -> each(document, "rules", Map.class))
        .flatMap(PermissionsAudit::permissions)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<Permission> permissions(Map<?, ?> rule) {
    return each(rule, "apiGroups", String.class)
        .flatMap(
            group ->
                each(rule, "resources", String.class)
                    .flatMap(
                        resource ->
                            each(rule, "verbs", String.class)
                                .map(verb -> new Permission(group, resource, verb))));
  }

  private static String name(Map<?, ?> document) {
    return (String) ((Map<?, ?>) document.get("metadata")).get("name");
  }

  private static <T> Stream<T> each(Map<?, ?> from, String field, Class<T> type) {
    return ((List<?>) from.get(field)).stream().map(type::cast);
  }
}
