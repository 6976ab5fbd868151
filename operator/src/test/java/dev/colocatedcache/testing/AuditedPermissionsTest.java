package dev.colocatedcache.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.AuditedPermissions.Permission;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An audit log tells")
final class AuditedPermissionsTest {
  private static final String OPERATOR =
      "system:serviceaccount:colocatedcache-system:colocatedcache-operator";
  private static final String BY_ITS_ROLE =
      "RBAC: allowed by ClusterRoleBinding \\\"colocatedcache-operator\\\" of ClusterRole"
          + " \\\"colocatedcache-operator\\\" to ServiceAccount";
  private static final String AS_EVERYONE =
      "RBAC: allowed by ClusterRoleBinding \\\"system:basic-user\\\" of ClusterRole"
          + " \\\"system:basic-user\\\" to Group \\\"system:authenticated\\\"";

  private static String event(
      String user, String verb, String object, int code, String decision, String reason) {
    return """
        {"verb": "%s", "user": {"username": "%s"}, "objectRef": {%s}, \
        "responseStatus": {"code": %d}, "annotations": {"authorization.k8s.io/decision": "%s", \
        "authorization.k8s.io/reason": "%s"}}"""
        .formatted(verb, user, object, code, decision, reason);
  }

  private static final String EVICTION = "\"resource\": \"pods\", \"subresource\": \"eviction\"";
  private static final String DEPLOYMENT = "\"resource\": \"deployments\", \"apiGroup\": \"apps\"";
  private static final String ROLE =
      "\"resource\": \"clusterroles\", \"name\": \"colocatedcache-operator-reader\"";

  @Test
  @DisplayName("what the operator did by its own role, and not what every account may do")
  void used() {
    AuditedPermissions audited =
        AuditedPermissions.of(
            Stream.of(
                event(OPERATOR, "create", EVICTION, 429, "allow", BY_ITS_ROLE),
                event(OPERATOR, "create", "\"resource\": \"x\"", 201, "allow", AS_EVERYONE),
                event("somebody", "delete", DEPLOYMENT, 200, "allow", BY_ITS_ROLE)));

    assertThat(audited.used()).containsExactly(new Permission("", "pods/eviction", "create"));
    assertThat(audited.refused()).isEmpty();
  }

  @Test
  @DisplayName("that a patch which creates is both")
  void applied() {
    assertThat(
            AuditedPermissions.of(
                    Stream.of(event(OPERATOR, "patch", DEPLOYMENT, 201, "allow", BY_ITS_ROLE)))
                .used())
        .containsExactlyInAnyOrder(
            new Permission("apps", "deployments", "patch"),
            new Permission("apps", "deployments", "create"));
  }

  @Test
  @DisplayName("what the operator was refused, until a test takes away some of its role")
  void refused() {
    String refused = event(OPERATOR, "create", EVICTION, 403, "forbid", "");
    String taken = event("devcluster-admin", "update", ROLE, 200, "allow", "");

    assertThat(AuditedPermissions.of(Stream.of(refused, taken)).refused())
        .containsExactly(new Permission("", "pods/eviction", "create"));
    assertThat(AuditedPermissions.of(Stream.of(taken, refused)).refused()).isEmpty();
  }
}
