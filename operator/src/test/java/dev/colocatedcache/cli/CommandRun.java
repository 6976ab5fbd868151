package dev.colocatedcache.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/**
 * What came of a command within this process.
 *
 * @param exit its code
 */
record CommandRun(int exit, String out, String err) {

  static CommandRun of(String... args) {
    return withInput("", args);
  }

  /** With that text on standard input. */
  static CommandRun withInput(String input, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      int exit =
          Main.commandLine()
              .setOut(new PrintWriter(out, true))
              .setErr(new PrintWriter(err, true))
              .execute(args);
      return new CommandRun(exit, out.toString(), err.toString());
    } finally {
      System.setIn(before);
    }
  }
}
