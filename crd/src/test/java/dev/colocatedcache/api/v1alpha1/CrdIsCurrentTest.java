package dev.colocatedcache.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The checked-in CRD is the one that the types make, and so is what is written from it. */
class CrdIsCurrentTest {

  @Test
  void checkedInCrdIsTheGeneratedOne() throws IOException {
    assertCurrent(CheckedInCrd.FILE, new CheckedInCrd().yaml());
  }

  @Test
  void checkedInSchemaIsTheOneOfTheCrd() throws IOException {
    assertCurrent(CheckedInCrd.SCHEMA_FILE, new CheckedInCrd().schema());
  }

  @Test
  void referenceIsTheOneOfTheCrd() throws IOException {
    assertCurrent(
        CrdReference.FILE,
        CrdReference.of(
            new YAMLMapper()
                .readTree(new CheckedInCrd().yaml())
                .at("/spec/versions/0/schema/openAPIV3Schema")));
  }

  private static void assertCurrent(String name, String generated) throws IOException {
    Path file = Path.of(name);
    if (Boolean.getBoolean("crd.write")) {
      Files.writeString(file, generated);
    }
    assertThat(file)
        .as("the API types changed and %s did not: `make crd` rewrites it", name)
        .hasContent(generated);
  }
}
