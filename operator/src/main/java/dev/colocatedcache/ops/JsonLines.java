package dev.colocatedcache.ops;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * One JSON object a line: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code
 * message}, {@code error} where there is one, and {@code resource} with what the framework says of
 * the ColocatedCache that the line is about.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final String OF_RESOURCE = "resource.";
  private static final byte[] NOTHING = {};

  private final JsonFactory json = new JsonFactory();
  private final FailureConverter failures = new FailureConverter();

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (JsonGenerator generator = json.createGenerator(line)) {
      generator.writeStartObject();
      generator.writeStringField("time", event.getInstant().toString());
      generator.writeStringField("level", event.getLevel().toString());
      generator.writeStringField("logger", event.getLoggerName());
      generator.writeStringField("thread", event.getThreadName());
      generator.writeStringField("message", event.getFormattedMessage());
      if (event.getThrowableProxy() != null) {
        generator.writeStringField(
            "error", failures.convert(event).strip().replaceFirst("^: ", ""));
      }
      resource(event.getMDCPropertyMap(), generator);
      generator.writeEndObject();
      generator.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toByteArray();
  }

  private static void resource(Map<String, String> context, JsonGenerator generator)
      throws IOException {
    Map<String, String> resource = new TreeMap<>();
    context.forEach(
        (key, value) -> {
          if (key.startsWith(OF_RESOURCE) && value != null) {
            resource.put(key.substring(OF_RESOURCE.length()), value);
          }
        });
    if (!resource.isEmpty()) {
      generator.writeObjectFieldStart("resource");
      for (Map.Entry<String, String> field : resource.entrySet()) {
        generator.writeStringField(field.getKey(), field.getValue());
      }
      generator.writeEndObject();
    }
  }
}
