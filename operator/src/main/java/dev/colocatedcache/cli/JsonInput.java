package dev.colocatedcache.cli;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads Kubernetes objects from JSON as clients of the API do, and tells errors in a sentence. */
final class JsonInput {
  private static final int SHOWN = 60;

  private JsonInput() {}

  /**
   * A mapper that ignores fields it does not know, as a client of an older version would, and takes
   * null for nothing: Go programs write lists without elements so.
   */
  static ObjectMapper mapper() {
    JsonSetter.Value nothing = JsonSetter.Value.construct(Nulls.AS_EMPTY, Nulls.AS_EMPTY);
    return JsonMapper.builder()
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        // A number is no text and a text no number, as for the API server.
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfig(
            LogicalType.Textual,
            texts ->
                texts
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .withCoercionConfigDefaults(
            any -> any.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
        .addMixIn(Quantity.class, ReadStrictly.class)
        .withConfigOverride(List.class, lists -> lists.setSetterInfo(nothing))
        .withConfigOverride(
            Map.class, maps -> maps.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
        .build();
  }

  /** What is wrong with the input, without the words of the library that found it. */
  static String complaint(JsonProcessingException failure) {
    String at = failure instanceof JsonMappingException mapping ? path(mapping.getPath()) : "";
    String prefix = at.isEmpty() ? "" : at + ": ";
    if (failure instanceof JsonEOFException || reason(failure).contains("end-of-input")) {
      return prefix + "the JSON ends too early, at " + where(failure);
    }
    if (failure instanceof StreamConstraintsException) {
      return prefix + reason(failure);
    }
    if (failure instanceof InvalidFormatException format) {
      return prefix + shown(String.valueOf(format.getValue())) + " is not " + type(format);
    }
    if (failure instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      return prefix + "expected " + type(mismatch);
    }
    if (failure instanceof JsonMappingException) {
      return prefix + shown(reason(failure));
    }
    return prefix + "not JSON at " + where(failure) + ": " + shown(reason(failure));
  }

  /** A text short enough for a message. */
  static String shown(String text) {
    return text.length() <= 4 * SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static String reason(JsonProcessingException failure) {
    Throwable cause = failure;
    while (cause.getCause() instanceof IllegalArgumentException inner) {
      cause = inner;
    }
    String message =
        cause instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : cause.getMessage();
    return message == null ? "" : message.lines().findFirst().orElse("");
  }

  private static String where(JsonProcessingException failure) {
    return failure.getLocation() == null
        ? "an unknown place"
        : "line "
            + failure.getLocation().getLineNr()
            + ", column "
            + failure.getLocation().getColumnNr();
  }

  private static String path(List<JsonMappingException.Reference> references) {
    return references.stream()
        .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : "." + r.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  private static String type(MismatchedInputException failure) {
    Class<?> type = failure.getTargetType();
    if (type == Quantity.class) {
      return "a quantity such as 500m or 1.5Gi";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "a whole number";
    }
    if (type == String.class) {
      return "a text";
    }
    return List.class.isAssignableFrom(type) ? "a list" : "an object";
  }

  /** Takes the place of the model's own annotation. */
  @JsonDeserialize(using = StrictQuantity.class)
  private abstract static class ReadStrictly {}

  /** Refuses at its place what is no quantity, also where placement does not depend on it. */
  private static final class StrictQuantity extends StdDeserializer<Quantity> {
    private static final long serialVersionUID = 1L;

    /** By the grammar of k8s.io/apimachinery/pkg/api/resource. */
    private static final Pattern QUANTITY =
        Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?");

    StrictQuantity() {
      super(Quantity.class);
    }

    @Override
    public Quantity deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.currentToken().isScalarValue()) {
        throw MismatchedInputException.from(parser, Quantity.class, "not a quantity");
      }
      String text = parser.getText();
      if (parser.currentToken().isBoolean() || !QUANTITY.matcher(text).matches()) {
        throw InvalidFormatException.from(parser, "not a quantity", text, Quantity.class);
      }
      return new Quantity(text);
    }
  }
}
