package dev.colocatedcache.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The checked-in CRD is the one that the types make. */
class CrdIsCurrentTest {

  @Test
  void checkedInCrdIsTheGeneratedOne() throws IOException {
    Path file = Path.of(CheckedInCrd.FILE);
    String generated = new CheckedInCrd().yaml();
    if (Boolean.getBoolean("crd.write")) {
      Files.writeString(file, generated);
    }
    assertThat(file)
        .as("the API types changed and %s did not: `make crd` rewrites it", CheckedInCrd.FILE)
        .hasContent(generated);
  }
}
