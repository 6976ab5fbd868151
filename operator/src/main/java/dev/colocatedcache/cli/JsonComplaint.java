package dev.colocatedcache.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What Jackson has to complain of, in words for someone who does not know Java. */
final class JsonComplaint {

  private JsonComplaint() {}

  /** The complaint as the end of a sentence, with the field or the line where there is one. */
  static String of(JacksonException failure) {
    if (failure.getCause() instanceof JacksonException cause) {
      return of(cause);
    }
    if (failure instanceof JsonEOFException || endsEarly(failure)) {
      return "the JSON ends in the middle" + at(failure.getLocation()) + ": is it complete?";
    }
    if (failure instanceof StreamConstraintsException) {
      return "the JSON is deeper or longer than any object of Kubernetes: "
          + firstLine(failure.getOriginalMessage());
    }
    if (failure instanceof MismatchedInputException mismatch) {
      return path(mismatch.getPath()) + " is not " + name(mismatch.getTargetType());
    }
    if (failure instanceof JsonMappingException mapping) {
      return path(mapping.getPath()) + ": " + firstLine(failure.getOriginalMessage());
    }
    return "not valid JSON: " + firstLine(failure.getOriginalMessage()) + at(failure.getLocation());
  }

  /** Between two values the end comes as an ordinary parse exception. */
  private static boolean endsEarly(JacksonException failure) {
    return failure.getOriginalMessage() != null
        && failure.getOriginalMessage().startsWith("Unexpected end-of-input");
  }

  /** The field that the complaint is about. */
  private static String path(List<JsonMappingException.Reference> references) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference reference : references) {
      if (reference.getFieldName() == null) {
        path.append('[').append(reference.getIndex()).append(']');
      } else {
        path.append(path.length() == 0 ? "" : ".").append(reference.getFieldName());
      }
    }
    return path.toString();
  }

  private static String name(Class<?> type) {
    if (type == null) {
      return "what belongs there";
    }
    if (type == Integer.class || type == Long.class || type == int.class || type == long.class) {
      return "a whole number";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "text";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    return Map.class.isAssignableFrom(type) ? "an object of names and values" : "an object";
  }

  private static String at(JsonLocation location) {
    return location == null
        ? ""
        : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  private static String firstLine(String message) {
    return message == null ? "" : message.lines().findFirst().orElse("");
  }
}
