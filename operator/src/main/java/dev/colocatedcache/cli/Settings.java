package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What the options of a command are where the command line does not say: the environment comes
 * first, then the file that {@code --config} names, then the option's own default. A variable and a
 * key of the file are called as the option is.
 */
final class Settings implements IDefaultValueProvider {
  /** The option that names the file. */
  static final String FILE = "--config";

  private static final String PREFIX = "COLOCATEDCACHE_";

  private final Map<String, String> environment;
  private final Map<String, String> file;

  private Settings(Map<String, String> environment, Map<String, String> file) {
    this.environment = environment;
    this.file = file;
  }

  /**
   * The settings of {@code command} when it is called with {@code arguments}.
   *
   * @throws BadInputException if the file cannot be read, or has a setting that there is not
   */
  static Settings of(CommandLine command, List<String> arguments, Map<String, String> environment) {
    Optional<String> named =
        named(arguments).or(() -> Optional.ofNullable(environment.get(variable(FILE))));
    Map<String, String> file =
        named.isEmpty() ? Map.of() : read(Path.of(named.get()), keys(command));
    return new Settings(environment, file);
  }

  private static Optional<String> named(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals(FILE) && i + 1 < arguments.size()) {
        return Optional.of(arguments.get(i + 1));
      }
      if (argument.startsWith(FILE + "=")) {
        return Optional.of(argument.substring(FILE.length() + 1));
      }
    }
    return Optional.empty();
  }

  /** The keys that the file of {@code command} may have. */
  static Collection<String> keys(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .map(OptionSpec::longestName)
        .filter(name -> !name.equals(FILE))
        .map(Settings::key)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The key of an option in the file: {@code --log-level} is {@code log-level}. */
  static String key(String option) {
    return option.replaceFirst("^-+", "");
  }

  /** The variable of an option: {@code --log-level} is {@code COLOCATEDCACHE_LOG_LEVEL}. */
  static String variable(String option) {
    return PREFIX + key(option).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /**
   * What a file says, each value as it would stand on the command line.
   *
   * @param known the keys that it may have
   * @throws BadInputException if it cannot be read, or has another key
   */
  static Map<String, String> read(Path path, Collection<String> known) {
    JsonNode content;
    try {
      content = Serialization.unmarshal(Files.readString(path), JsonNode.class);
    } catch (IOException e) {
      throw new BadInputException(FILE + ": " + path + ": cannot be read");
    } catch (RuntimeException e) {
      throw new BadInputException(FILE + ": " + path + ": is not YAML");
    }
    Map<String, String> values = new LinkedHashMap<>();
    if (content == null || content.isNull() || content.isMissingNode()) {
      return values;
    }
    if (!content.isObject()) {
      throw new BadInputException(
          FILE + ": " + path + ": give settings, one a line, as in 'log-level: debug'");
    }
    content
        .properties()
        .forEach(
            setting -> {
              if (!known.contains(setting.getKey())) {
                throw new BadInputException(
                    "%s: %s: there is no setting '%s'; there are %s"
                        .formatted(FILE, path, setting.getKey(), String.join(", ", known)));
              }
              values.put(setting.getKey(), text(path, setting.getKey(), setting.getValue()));
            });
    return values;
  }

  private static String text(Path path, String key, JsonNode value) {
    List<String> parts = new ArrayList<>();
    if (value.isArray()) {
      StreamSupport.stream(value.spliterator(), false)
          .forEach(item -> parts.add(text(path, key, item)));
    } else if (value.isValueNode() && !value.isNull()) {
      parts.add(value.asText());
    } else {
      throw new BadInputException(
          "%s: %s: '%s' has no value: give one, or a list".formatted(FILE, path, key));
    }
    return String.join(",", parts);
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String name = option.longestName();
    String ofEnvironment = environment.get(variable(name));
    // An empty variable is one that nobody has set.
    return ofEnvironment == null || ofEnvironment.isEmpty() ? file.get(key(name)) : ofEnvironment;
  }
}
