package dev.colocatedcache.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete the plugin's command line. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script that lets a shell complete kubectl-colocate, such as:",
      "  source <(kubectl colocate completion bash)",
      "For 'kubectl colocate' put kubectl_complete-colocate beside kubectl-colocate instead."
    })
final class CompletionCommand implements Callable<Integer> {
  private static final String PLUGIN = "kubectl-colocate";
  private static final String FISH =
      """
      # completion for kubectl-colocate in fish
      complete -c kubectl-colocate -f -a '(kubectl-colocate __complete (commandline -opc)[2..] \
      (commandline -ct) | string match -v ":*")'
      """;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SHELL", description = "bash, zsh or fish.")
  private Shell shell;

  /** A shell that completes. */
  enum Shell {
    /** GNU bash. */
    BASH,
    /** The Z shell, which runs what bash does. */
    ZSH,
    /** The friendly interactive shell. */
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    spec.commandLine()
        .getOut()
        .print(shell == Shell.FISH ? FISH : AutoComplete.bash(PLUGIN, Main.commandLine()));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
