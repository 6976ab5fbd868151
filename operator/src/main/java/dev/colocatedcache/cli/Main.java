package dev.colocatedcache.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of the runnable jar. */
@Command(
    name = "colocatedcache-operator",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Keeps a service and its node-local cache together as pairs on Kubernetes nodes.",
    subcommands = {
      RunCommand.class,
      PlanCommand.class,
      ExplainCommand.class,
      CompletionCommand.class,
      CompleteCommand.class,
      HelpCommand.class
    })
public final class Main implements Runnable {
  /** A system property: what to call the command, where it is started by another name. */
  private static final String COMMAND = "colocatedcache.command";

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs the command that {@code args} name and exits with its code: 0 well, 2 on an error. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line, with errors told in a sentence. */
  static CommandLine commandLine() {
    CommandLine line = new Line();
    // What it is given are words of another command line, options of that one included.
    line.getSubcommands()
        .get(CompleteCommand.NAME)
        .setStopAtPositional(true)
        .setUnmatchedOptionsArePositionalParams(true)
        .setEndOfOptionsDelimiter(" ");
    return line.setCommandName(System.getProperty(COMMAND, line.getCommandName()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, result) -> {
              String message = failure.getMessage();
              command
                  .getErr()
                  .println(message == null ? failure.getClass().getSimpleName() : message);
              return CommandLine.ExitCode.USAGE;
            });
  }

  /** Reads the settings of {@code run} before its options are. */
  private static final class Line extends CommandLine {
    private static final String RUN = "run";

    Line() {
      super(new Main());
    }

    @Override
    public ParseResult parseArgs(String... args) {
      if (args.length > 0 && args[0].equals(RUN)) {
        CommandLine run = getSubcommands().get(RUN);
        try {
          run.setDefaultValueProvider(Settings.of(run, List.of(args), System.getenv()));
        } catch (BadInputException e) {
          throw new ParameterException(run, e.getMessage());
        }
      }
      return super.parseArgs(args);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Which command? Try 'run', 'plan' or 'explain'.");
  }

  /** The version that the jar was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {version == null ? "development" : version};
    }
  }
}
