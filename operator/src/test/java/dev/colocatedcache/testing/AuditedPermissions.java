package dev.colocatedcache.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.colocatedcache.devcluster.Devcluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the operator was allowed and what it was refused, as the API server's audit log has it.
 *
 * @param used what it did by a role of its own, and not by what every account may do
 * @param refused what it asked for in vain, while nobody had changed its roles
 */
public record AuditedPermissions(Set<Permission> used, Set<Permission> refused) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROLE = RunningOperator.SERVICE_ACCOUNT;
  private static final Set<String> ROLES =
      Set.of("clusterroles", "roles", "clusterrolebindings", "rolebindings");
  private static final Set<String> CHANGES = Set.of("update", "patch", "delete");

  /** Where the records of this run are; {@code it.run} is the same for all its test classes. */
  private static final Path RECORDS =
      Path.of("target", "audited-permissions", System.getProperty("it.run", "by-hand"));

  /**
   * A verb on a resource, as in a rule of a role.
   *
   * @param group of the resource; empty for the core group
   * @param resource in the plural, with its subresource after a slash
   */
  public record Permission(String group, String resource, String verb)
      implements Comparable<Permission> {
    @Override
    public int compareTo(Permission other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
  }

  /** Reads events, one a line in JSON, in the order in which they happened. */
  public static AuditedPermissions of(Stream<String> events) {
    Set<Permission> used = new TreeSet<>();
    Set<Permission> refused = new TreeSet<>();
    boolean[] rolesChanged = {false};
    events
        // Of the many events, few are the operator's or about its roles.
        .filter(line -> line.contains(ROLE))
        .map(AuditedPermissions::parse)
        .forEach(
            event -> {
              JsonNode object = event.path("objectRef");
              String verb = event.path("verb").asText();
              if (ROLES.contains(object.path("resource").asText())
                  && object.path("name").asText().startsWith(ROLE)
                  && CHANGES.contains(verb)) {
                rolesChanged[0] = true;
              }
              if (!event.path("user").path("username").asText().endsWith(":" + ROLE)) {
                return;
              }
              Permission permission = permission(object, verb);
              JsonNode said = event.path("annotations");
              if (said.path("authorization.k8s.io/decision").asText().equals("forbid")) {
                if (!rolesChanged[0]) {
                  refused.add(permission);
                }
              } else if (said.path("authorization.k8s.io/reason").asText().contains("\"" + ROLE)) {
                used.add(permission);
                // Server-side apply of what is not there yet asks for both.
                if (verb.equals("patch") && event.at("/responseStatus/code").asInt() == 201) {
                  used.add(permission(object, "create"));
                }
              }
            });
    return new AuditedPermissions(used, refused);
  }

  /** Keeps what the audit log of this cluster says, for the check after all tests. */
  static void recordWhenItEnds(Devcluster cluster) {
    Path record = RECORDS.resolve(cluster.server().replaceAll("\\D+", "-") + ".json");
    cluster.attach(
        () -> {
          if (!Files.exists(record)) {
            Files.createDirectories(RECORDS);
            try (Stream<String> events = Files.lines(cluster.auditLog())) {
              Files.write(record, JSON.writeValueAsBytes(of(events)));
            }
          }
        });
  }

  /** What the tests of this run have recorded so far, a cluster each. */
  public static Set<AuditedPermissions> recorded() throws IOException {
    Set<AuditedPermissions> all = new HashSet<>();
    if (Files.isDirectory(RECORDS)) {
      try (Stream<Path> records = Files.list(RECORDS)) {
        for (Path record : records.toList()) {
          all.add(JSON.readValue(record.toFile(), AuditedPermissions.class));
        }
      }
    }
    return all;
  }

  private static Permission permission(JsonNode object, String verb) {
    String resource = object.path("resource").asText();
    return new Permission(
        object.path("apiGroup").asText(),
        object.has("subresource") ? resource + "/" + object.path("subresource").asText() : resource,
        verb);
  }

  private static JsonNode parse(String event) {
    try {
      return JSON.readTree(event);
    } catch (IOException e) {
      throw new UncheckedIOException("not a line of an audit log: " + event, e);
    }
  }
}
