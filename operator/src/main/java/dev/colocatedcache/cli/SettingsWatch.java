package dev.colocatedcache.cli;

import dev.colocatedcache.ops.Logs;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the file of {@code --config} has changed since the start. What it says of the log's
 * levels counts at once; of anything else, from the next start.
 */
final class SettingsWatch implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsWatch.class);
  private static final String LEVEL = Settings.key(LogOptions.LEVEL);

  private final Path path;
  private final Collection<String> keys;
  private final Logs logs;
  private Map<String, String> before;
  private String trouble = "";

  /**
   * @param keys that the file may have
   * @param before what it says at the start
   */
  SettingsWatch(Path path, Collection<String> keys, Map<String, String> before, Logs logs) {
    this.path = path;
    this.keys = keys;
    this.before = before;
    this.logs = logs;
  }

  /** Looks once. */
  @Override
  public void run() {
    try {
      Map<String, String> now = Settings.read(path, keys);
      if (!now.equals(before)) {
        String levels = now.getOrDefault(LEVEL, "info");
        logs.levels(LogOptions.parse(List.of(levels.split(",", -1))));
        tell(now, levels);
      }
      before = now;
      trouble = "";
    } catch (BadInputException e) {
      // What it said before goes on to count.
      if (!trouble.equals(e.getMessage())) {
        LOG.warn("{}; nothing is changed", e.getMessage());
      }
      trouble = e.getMessage();
    }
  }

  private void tell(Map<String, String> now, String levels) {
    TreeSet<String> changed = new TreeSet<>(now.keySet());
    changed.addAll(before.keySet());
    Map<String, String> then = new HashMap<>(before);
    changed.removeIf(key -> now.getOrDefault(key, "").equals(then.getOrDefault(key, "")));
    if (changed.remove(LEVEL)) {
      LOG.info("the log's level is {} now", levels);
    }
    if (!changed.isEmpty()) {
      LOG.info("{} changed in {}: it counts from the next start", String.join(", ", changed), path);
    }
  }
}
