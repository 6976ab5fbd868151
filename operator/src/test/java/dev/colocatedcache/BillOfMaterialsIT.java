package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The bill of materials that stands beside the jar, and in the images, held to the jar itself. */
@DisplayName("The bill of materials")
final class BillOfMaterialsIT {
  private static final Path JAR = Path.of("target", "colocatedcache-operator.jar");
  private static final Path BILL = Path.of("target", "colocatedcache-operator.cdx.json");

  /** Where an artifact says what it is; those that Gradle builds mostly do not. */
  private static final String SAYS_OF_ITSELF = "META-INF/maven/.*/pom\\.properties";

  /** A copy within netty-common, under a package of Netty's, so that it is listed as Netty. */
  private static final String WITHIN_NETTY = "org.jctools:jctools-core";

  @Test
  @DisplayName("lists every artifact that the jar holds, with its version, licence and checksum")
  void listsWhatTheJarHolds() throws IOException {
    JsonNode bill = new ObjectMapper().readTree(BILL.toFile());
    Set<String> listed = new TreeSet<>();
    List<String> incomplete = new ArrayList<>();
    for (JsonNode component : bill.path("components")) {
      listed.add(coordinates(component));
      if (component.path("licenses").isEmpty()
          || component.path("hashes").findValuesAsText("alg").stream()
              .noneMatch("SHA-256"::equals)) {
        incomplete.add(coordinates(component));
      }
    }
    // What it describes is not among its own components.
    listed.add(coordinates(bill.path("metadata").path("component")));

    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(held())
        .hasSizeGreaterThan(50)
        .filteredOn(artifact -> !artifact.startsWith(WITHIN_NETTY))
        .isSubsetOf(listed);
    assertThat(incomplete).isEmpty();
    assertThat(listed).as("what only tests need").noneMatch(name -> name.contains("junit"));
  }

  private static String coordinates(JsonNode component) {
    return component.path("group").asText()
        + ":"
        + component.path("name").asText()
        + ":"
        + component.path("version").asText();
  }

  private static Set<String> held() throws IOException {
    Set<String> held = new TreeSet<>();
    try (JarFile jar = new JarFile(JAR.toFile())) {
      for (JarEntry entry : jar.stream().toList()) {
        if (entry.getName().matches(SAYS_OF_ITSELF)) {
          Properties properties = new Properties();
          try (InputStream in = jar.getInputStream(entry)) {
            properties.load(in);
          }
          held.add(
              properties.getProperty("groupId")
                  + ":"
                  + properties.getProperty("artifactId")
                  + ":"
                  + properties.getProperty("version"));
        }
      }
    }
    return held;
  }
}
