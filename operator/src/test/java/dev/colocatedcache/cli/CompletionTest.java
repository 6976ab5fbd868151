package dev.colocatedcache.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Completion")
final class CompletionTest {

  @ParameterizedTest(name = "of [{0}]")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `pl`              | plan :4
          `plan --cor`      | --cordon :4
          `plan -o `        | html json table yaml :4
          `plan -o j`       | json :4
          `plan --output=j` | --output=json :4
          `explain -o `     | json table :4
          `completion `     | bash fish zsh :4
          `plan -f `        | :0
          `plan -f a --ad`  | --add-nodes :4
          """)
  @DisplayName("offers what may come next, and leaves files to the shell")
  void candidates(String begun, String offered) {
    List<String> words = new ArrayList<>(List.of("__complete"));
    words.addAll(Arrays.asList(begun.split(" ", -1)));

    CommandRun run = CommandRun.of(words.toArray(String[]::new));

    assertThat(run.exit()).isZero();
    assertThat(run.out().lines()).containsExactly(offered.split(" "));
  }

  @Test
  @DisplayName("begins with the commands")
  void commands() {
    assertThat(CommandRun.of("__complete").out().lines())
        .contains("plan", "explain")
        .doesNotContain("__complete");
  }

  @ParameterizedTest
  @CsvSource({
    "bash, complete -F _complete_kubectl-colocate",
    "zsh, bashcompinit",
    "fish, kubectl-colocate __complete"
  })
  @DisplayName("is a script that a shell can source")
  void scripts(String shell, String part) {
    CommandRun run = CommandRun.of("completion", shell);

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains(part);
  }
}
