package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The permissions that the operator checks at its start")
final class PermissionsTest {

  @Test
  @DisplayName("are those that deploy/rbac.yaml grants, but for what only some API servers ask for")
  void asGranted() {
    List<Permissions.Permission> granted =
        Yaml.documents(Yaml.file("deploy/rbac.yaml")).stream()
            .filter(document -> "ClusterRole".equals(document.get("kind")))
            .map(document -> Yaml.read(Yaml.text(document), ClusterRole.class))
            .flatMap(role -> role.getRules().stream())
            .flatMap(
                rule ->
                    rule.getResources().stream()
                        .flatMap(
                            resource ->
                                rule.getVerbs().stream()
                                    .map(
                                        verb ->
                                            new Permissions.Permission(
                                                rule.getApiGroups().get(0), resource, verb))))
            .filter(permission -> !permission.resource().equals("colocatedcaches/finalizers"))
            .toList();

    assertThat(Permissions.needed()).containsExactlyInAnyOrderElementsOf(granted);
  }
}
