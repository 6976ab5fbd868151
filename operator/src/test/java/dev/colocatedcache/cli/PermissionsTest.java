package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.cli.Permissions.Permission;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The permissions that the operator checks at its start")
final class PermissionsTest {

  @Test
  @DisplayName("are those that deploy/ grants, but for what only some API servers ask for")
  void asGranted() {
    assertThat(Permissions.whereTheyAre())
        .containsExactlyInAnyOrderElementsOf(granted("ClusterRole", "colocatedcache-operator"));
  }

  @Test
  @DisplayName(
      "are asked for everywhere where deploy/ grants them in the whole cluster in any case")
  void everywhere() {
    assertThat(Permissions.everywhere())
        .containsExactlyInAnyOrderElementsOf(
            granted("ClusterRole", "colocatedcache-operator-reader"));
  }

  @Test
  @DisplayName("on leases are asked for, and granted, in the operator's own namespace only")
  void election() {
    assertThat(Permissions.ofTheElection())
        .containsExactlyInAnyOrderElementsOf(granted("Role", "colocatedcache-operator-leases"));
    assertThat(Permissions.everywhere()).doesNotContainAnyElementsOf(Permissions.ofTheElection());
    assertThat(Permissions.whereTheyAre()).doesNotContainAnyElementsOf(Permissions.ofTheElection());
  }

  private static List<Permission> granted(String kind, String name) {
    return Yaml.documents(Yaml.file("deploy/base/rbac.yaml")).stream()
        .filter(document -> kind.equals(document.get("kind")))
        .map(document -> Yaml.read(Yaml.text(document), ClusterRole.class))
        .filter(role -> role.getMetadata().getName().equals(name))
        .flatMap(role -> role.getRules().stream())
        .flatMap(
            rule ->
                rule.getResources().stream()
                    .flatMap(
                        resource ->
                            rule.getVerbs().stream()
                                .map(
                                    verb ->
                                        new Permission(
                                            rule.getApiGroups().get(0), resource, verb))))
        .filter(permission -> !permission.resource().equals("colocatedcaches/finalizers"))
        .toList();
  }
}
