package dev.colocatedcache.cli;

import dev.colocatedcache.ops.Logs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.event.Level;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What the log is like. */
final class LogOptions {
  /** The name of the option, and so of the setting that counts at once when it changes. */
  static final String LEVEL = "--log-level";

  /** How a line of the log is written. */
  enum Format {
    text,
    json
  }

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      defaultValue = "text",
      description =
          "Write the log as text, or as one JSON object a line. Either names the ColocatedCache that"
              + " a line is about.")
  private Format format;

  @Option(
      names = LEVEL,
      split = ",",
      paramLabel = "[LOGGER=]LEVEL",
      defaultValue = "info",
      description =
          "How much to log: error, warn, info, debug or trace; of the operator itself, or of the"
              + " logger that is named, as in info,io.javaoperatorsdk=debug. Changed in the file of"
              + " --config, it counts within seconds.")
  private List<String> levels;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** Has the log be as the options say. */
  void apply(Logs logs) {
    if (format == Format.json) {
      logs.json();
    }
    logs.levels(levels());
  }

  void check() {
    levels();
  }

  private Map<String, Level> levels() {
    try {
      return parse(levels);
    } catch (BadInputException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  /**
   * The levels by logger.
   *
   * @param texts each as in {@code debug} or {@code io.fabric8=debug}
   * @throws BadInputException if one is not of that form
   */
  static Map<String, Level> parse(List<String> texts) {
    Map<String, Level> levels = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      String logger = equals < 0 ? Logs.OWN : text.substring(0, equals).strip();
      String level = text.substring(equals + 1).strip();
      if (logger.isEmpty()) {
        throw refused(text);
      }
      try {
        levels.put(logger, Level.valueOf(level.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw refused(text);
      }
    }
    return levels;
  }

  private static BadInputException refused(String text) {
    return new BadInputException(
        LEVEL
            + " has '"
            + text
            + "': give error, warn, info, debug or trace, after a logger's name and '=' where it is"
            + " meant for that one only");
  }
}
