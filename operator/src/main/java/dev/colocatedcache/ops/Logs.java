package dev.colocatedcache.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** How the log looks, and how much of it there is. */
public final class Logs {
  /** Below it is all that is the operator's own. */
  public static final String OWN = "dev.colocatedcache";

  private final LoggerContext context;
  private final Map<String, Level> before = new HashMap<>();

  /** The log of this process. */
  public Logs() {
    this(LoggerFactory.getILoggerFactory());
  }

  Logs(ILoggerFactory factory) {
    this.context = (LoggerContext) factory;
  }

  /** From now on, writes JSON lines in the place of text. */
  public void json() {
    context
        .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
        .iteratorForAppenders()
        .forEachRemaining(
            appender -> {
              if (appender instanceof OutputStreamAppender<ILoggingEvent> stream) {
                JsonLines encoder = new JsonLines();
                encoder.setContext(context);
                encoder.start();
                stream.setEncoder(encoder);
              }
            });
  }

  /**
   * Sets the levels of some loggers, and those of all others as they were at the start.
   *
   * @param levels by the logger's name, each as in {@code debug}
   */
  public void levels(Map<String, org.slf4j.event.Level> levels) {
    before.forEach((name, level) -> context.getLogger(name).setLevel(level));
    before.clear();
    levels.forEach(
        (name, level) -> {
          Logger logger = context.getLogger(name);
          before.put(name, logger.getLevel());
          logger.setLevel(Level.convertAnSLF4JLevel(level));
        });
  }
}
