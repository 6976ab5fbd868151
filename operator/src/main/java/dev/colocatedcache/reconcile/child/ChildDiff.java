package dev.colocatedcache.reconcile.child;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the first field in which a child differs from what it should be.
 *
 * <p>Only what is asked for is compared: whatever else the server has filled in (defaults, a
 * cluster IP, the status) is its own business. Fields that somebody else has put in are found by
 * {@link FieldOwnership}, which does not have to guess what is a default.
 */
final class ChildDiff {
  /** Maps whose values are quantities, which the server rewrites: {@code 0.5} becomes 500m. */
  private static final Set<String> QUANTITY_MAPS =
      Set.of("requests", "limits", "overhead", "allocatedResources");

  private static final Set<String> QUANTITY_FIELDS = Set.of("sizeLimit", "divisor");
  private static final BigDecimal MILLI = new BigDecimal("0.001");

  private ChildDiff() {}

  /**
   * The path of the first field of {@code desired} that {@code live} lacks or has with another
   * value, such as {@code spec.template.spec.containers[0].image}; empty when there is none.
   */
  static Optional<String> firstDifference(JsonNode desired, JsonNode live) {
    return compare(desired, live, "", "", "");
  }

  private static Optional<String> compare(
      JsonNode desired, JsonNode live, String path, String parent, String field) {
    if (isEmpty(desired) && (live == null || isEmpty(live))) {
      return Optional.empty();
    }
    if (live == null || live.isNull()) {
      return Optional.of(path);
    }
    if (desired.isObject()) {
      return live.isObject() ? compareObjects(desired, live, path, field) : Optional.of(path);
    }
    if (desired.isArray()) {
      return live.isArray() ? compareArrays(desired, live, path, field) : Optional.of(path);
    }
    boolean quantity = QUANTITY_MAPS.contains(parent) || QUANTITY_FIELDS.contains(field);
    return sameScalar(desired, live, quantity) ? Optional.empty() : Optional.of(path);
  }

  private static Optional<String> compareObjects(
      JsonNode desired, JsonNode live, String path, String field) {
    for (Map.Entry<String, JsonNode> entry : desired.properties()) {
      String key = entry.getKey();
      String childPath = path.isEmpty() ? key : path + "." + key;
      Optional<String> difference = compare(entry.getValue(), live.get(key), childPath, field, key);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> compareArrays(
      JsonNode desired, JsonNode live, String path, String field) {
    boolean named = !desired.isEmpty() && desired.get(0).has("name");
    if (!named && desired.size() != live.size()) {
      return Optional.of(path);
    }
    for (int i = 0; i < desired.size(); i++) {
      JsonNode element = desired.get(i);
      JsonNode counterpart = named ? byName(live, element.path("name").asText(), i) : live.get(i);
      Optional<String> difference =
          compare(element, counterpart, path + "[" + i + "]", field, field);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static JsonNode byName(JsonNode array, String name, int likelyIndex) {
    JsonNode likely = array.get(likelyIndex);
    if (likely != null && name.equals(likely.path("name").asText())) {
      return likely;
    }
    for (JsonNode element : array) {
      if (name.equals(element.path("name").asText())) {
        return element;
      }
    }
    return null;
  }

  private static boolean sameScalar(JsonNode desired, JsonNode live, boolean quantity) {
    if (desired.asText().equals(live.asText())) {
      return true;
    }
    return quantity && sameQuantity(desired.asText(), live.asText());
  }

  /** The API server rounds quantities up to a milli-unit. */
  private static boolean sameQuantity(String desired, String live) {
    try {
      return roundUp(desired).compareTo(roundUp(live)) == 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static BigDecimal roundUp(String quantity) {
    return new Quantity(quantity)
        .getNumericalAmount()
        .divide(MILLI, 0, RoundingMode.CEILING)
        .multiply(MILLI);
  }

  /** The server drops what is empty, so empty and absent are the same. */
  private static boolean isEmpty(JsonNode node) {
    if (node.isContainerNode()) {
      return node.isEmpty();
    }
    return node.isNull()
        || (node.isTextual() && node.asText().isEmpty())
        || (node.isBoolean() && !node.asBoolean())
        || (node.isNumber() && node.decimalValue().signum() == 0);
  }
}
