package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.colocatedcache.cli.PairCase.Claim;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds what is granted, and why not more, against the real kube-scheduler: it is given the pods of
 * the pairs one after the other, and then those of one pair more at every place that is left.
 *
 * <p>What it confirmed is recorded, and compared in every build. {@code make conformance} asks it
 * anew; with {@code -Dpairs.record=true}, what it confirms is written down.
 */
class PairAgreementTest {
  private static final int AT_LEAST = 1_200;

  @Test
  void pairsAreGrantedAsTheSchedulerConfirmedThem() throws IOException {
    List<JsonNode> confirmed = PairCase.confirmed();
    List<PairCase> cases = PairCase.all();

    assertThat(cases).hasSameSizeAs(confirmed).hasSizeGreaterThanOrEqualTo(AT_LEAST);
    for (int i = 0; i < cases.size(); i++) {
      assertThat(cases.get(i).outcome()).as("case %d", i).isEqualTo(confirmed.get(i));
    }
    assertThat(confirmed.stream().filter(outcome -> !outcome.get("pairs").isEmpty()).count())
        .as("cases in which pairs are granted")
        .isGreaterThan(AT_LEAST / 4);
  }

  @Test
  @EnabledIfSystemProperty(
      named = "conformance.run",
      matches = ".+",
      disabledReason = "make conformance asks the scheduler itself")
  void theSchedulerPlacesEveryPairAndNoMore(@TempDir Path folder) throws Exception {
    List<PairCase> cases = PairCase.all();
    Path questions = folder.resolve("questions");
    List<Claim> claims = new ArrayList<>();
    try (BufferedWriter writer = Files.newBufferedWriter(questions)) {
      for (PairCase one : cases) {
        for (Claim claim : one.claims()) {
          writer.write(one.line(claim));
          writer.newLine();
          claims.add(claim);
        }
      }
    }
    Path answers = folder.resolve("answers");
    Process oracle =
        new ProcessBuilder(System.getProperty("conformance.run"), "place")
            .redirectInput(questions.toFile())
            .redirectOutput(answers.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(oracle.waitFor()).isZero();

    List<String> contradictions = new ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    try (BufferedReader reader = Files.newBufferedReader(answers)) {
      for (Claim claim : claims) {
        claim.contradiction(mapper.readTree(reader.readLine())).ifPresent(contradictions::add);
      }
    }
    assertThat(contradictions).as("of %d claims, %d cases", claims.size(), cases.size()).isEmpty();
    if (Boolean.getBoolean("pairs.record")) {
      PairCase.record(cases);
    }
  }
}
