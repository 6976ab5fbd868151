package dev.colocatedcache.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.EchoEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.BasicMDCAdapter;

@DisplayName("The log")
final class JsonLinesTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Logs logs = new Logs(context);
  private final Logger logger = context.getLogger("dev.colocatedcache.reconcile.ChildSync");

  @BeforeEach
  void appender() {
    context.setMDCAdapter(new BasicMDCAdapter());
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(new EchoEncoder<>());
    appender.setOutputStream(out);
    appender.start();
    context.getLogger("ROOT").addAppender(appender);
    logs.json();
  }

  private List<JsonNode> lines() {
    ObjectMapper json = new ObjectMapper();
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .map(
            line -> {
              try {
                return json.readTree(line);
              } catch (IOException e) {
                throw new AssertionError(line, e);
              }
            })
        .toList();
  }

  @Test
  @DisplayName("in JSON is one object a line, with the resource that the line is about")
  void resource() {
    context.getMDCAdapter().put("resource.namespace", "shop");
    context.getMDCAdapter().put("resource.name", "checkout");
    context.getMDCAdapter().put("other", "not told");
    logger.info("Deployment {} \"created\"\nat last", "checkout");
    context.getMDCAdapter().clear();
    logger.warn("of no resource");

    assertThat(lines()).hasSize(2);
    JsonNode first = lines().get(0);
    assertThat(Instant.parse(first.get("time").asText())).isBeforeOrEqualTo(Instant.now());
    assertThat(first.get("level").asText()).isEqualTo("INFO");
    assertThat(first.get("logger").asText()).isEqualTo(logger.getName());
    assertThat(first.get("message").asText()).isEqualTo("Deployment checkout \"created\"\nat last");
    assertThat(first.get("resource").properties())
        .extracting(field -> field.getKey() + "=" + field.getValue().asText())
        .containsExactly("name=checkout", "namespace=shop");
    assertThat(lines().get(1).has("resource")).isFalse();
    assertThat(lines().get(1).has("error")).isFalse();
  }

  @Test
  @DisplayName("in JSON tells a failure of the cluster in a sentence, any other with its stack")
  void errors() {
    logger.warn("lost", new ConnectException("connection refused"));
    logger.error("this should not happen", new IllegalStateException("oh"));

    assertThat(lines().get(0).get("error").asText())
        .isEqualTo("ConnectException: connection refused");
    assertThat(lines().get(1).get("error").asText())
        .startsWith("java.lang.IllegalStateException: oh")
        .contains("\tat ");
  }

  @Test
  @DisplayName("has the levels that it is given, and those of the start again where it is not")
  void levels() {
    Logger own = context.getLogger(Logs.OWN);
    own.setLevel(Level.INFO);
    logs.levels(
        Map.of(Logs.OWN, org.slf4j.event.Level.DEBUG, "io.fabric8", org.slf4j.event.Level.TRACE));
    assertThat(own.getLevel()).isEqualTo(Level.DEBUG);
    assertThat(context.getLogger("io.fabric8").getLevel()).isEqualTo(Level.TRACE);

    logs.levels(Map.of("io.fabric8", org.slf4j.event.Level.ERROR));
    assertThat(own.getLevel()).isEqualTo(Level.INFO);
    logs.levels(Map.of());
    assertThat(context.getLogger("io.fabric8").getLevel()).isNull();
  }
}
