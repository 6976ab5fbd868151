package dev.colocatedcache.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Completes a command line in the words of kubectl's plugins: a candidate a line, then a colon and
 * what the shell is to do besides.
 */
@Command(name = CompleteCommand.NAME, hidden = true)
final class CompleteCommand implements Callable<Integer> {
  /** As kubectl's own commands call it. */
  static final String NAME = "__complete";

  /** Cobra's ShellCompDirectiveDefault: files are offered where there is no candidate. */
  private static final String FILES = ":0";

  /** Cobra's ShellCompDirectiveNoFileComp. */
  private static final String NO_FILES = ":4";

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", hidden = true)
  private List<String> words = List.of();

  @Override
  public Integer call() {
    String begun = words.isEmpty() ? "" : words.get(words.size() - 1);
    // Which options there are does not depend on what is between them and their command; what takes
    // several values would take an option that is begun for one more.
    String[] args =
        begun.startsWith("-") && words.size() > 1
            ? new String[] {words.get(0), begun}
            : words.isEmpty() ? new String[] {""} : words.toArray(String[]::new);
    int last = args.length - 1;
    List<CharSequence> rests = new ArrayList<>();
    AutoComplete.complete(
        Main.commandLine().getCommandSpec(),
        args,
        last,
        begun.length(),
        Arrays.stream(args).mapToInt(String::length).sum() + last,
        rests);
    PrintWriter out = spec.commandLine().getOut();
    rests.stream()
        .map(rest -> begun + rest)
        .filter(candidate -> begun.startsWith("-") || !candidate.startsWith("-"))
        .distinct()
        .sorted()
        .forEach(out::println);
    out.println(rests.isEmpty() ? FILES : NO_FILES);
    out.flush();
    return 0;
  }
}
