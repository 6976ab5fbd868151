package dev.colocatedcache.affinity;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One condition on a label, with the semantics and the validation of apimachinery's {@code
 * labels.Requirement}.
 *
 * @param number the right side of GREATER_THAN and LESS_THAN, 0 for the others
 */
record Requirement(String key, Operator operator, List<String> values, long number) {

  enum Operator {
    IN,
    NOT_IN,
    EXISTS,
    DOES_NOT_EXIST,
    GREATER_THAN,
    LESS_THAN
  }

  private static final int MAX_NAME = 63;
  private static final int MAX_DOMAIN = 253;
  private static final Pattern NAME = Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
  private static final Pattern DOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  /**
   * {@code labels.NewRequirement}.
   *
   * @throws InvalidInputException if the key, the number of values or a value is not allowed there
   */
  static Requirement of(String key, Operator operator, List<String> values) {
    if (!isQualifiedName(key)) {
      throw new InvalidInputException("\"" + shortened(key) + "\" is not a label key");
    }
    long number = 0;
    switch (operator) {
      case IN, NOT_IN -> check(!values.isEmpty(), key, "In and NotIn need at least one value");
      case EXISTS, DOES_NOT_EXIST ->
          check(values.isEmpty(), key, "Exists and DoesNotExist take no values");
      case GREATER_THAN, LESS_THAN -> {
        check(values.size() == 1, key, "Gt and Lt need exactly one value");
        Long parsed = int64(values.get(0));
        check(parsed != null, key, "Gt and Lt need an integer");
        number = parsed;
      }
    }
    for (String value : values) {
      check(isLabelValue(value), key, "\"" + shortened(value) + "\" is not a label value");
    }
    return new Requirement(key, operator, List.copyOf(values), number);
  }

  /** An exact match that is taken as it stands, as {@code labels.SelectorFromSet} does. */
  static Requirement equal(String key, String value) {
    return new Requirement(key, Operator.IN, List.of(value), 0);
  }

  boolean matches(Labels labels) {
    String value = labels.get(key);
    return switch (operator) {
      case IN -> value != null && values.contains(value);
      case NOT_IN -> value == null || !values.contains(value);
      case EXISTS -> value != null;
      case DOES_NOT_EXIST -> value == null;
      case GREATER_THAN -> value != null && compare(value) > 0;
      case LESS_THAN -> value != null && compare(value) < 0;
    };
  }

  /** 0, which satisfies neither side, for a label that is no integer. */
  private int compare(String value) {
    Long parsed = int64(value);
    return parsed == null ? 0 : Long.compare(parsed, number);
  }

  /** {@code strconv.ParseInt(s, 10, 64)}, or null. */
  private static Long int64(String s) {
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if ((c < '0' || c > '9') && !(i == 0 && (c == '-' || c == '+'))) {
        return null;
      }
    }
    try {
      return Long.valueOf(s);
    } catch (NumberFormatException tooLargeOrEmpty) {
      return null;
    }
  }

  /** {@code validation.IsQualifiedName}: an optional DNS subdomain, a slash, a name. */
  static boolean isQualifiedName(String key) {
    int slash = key.indexOf('/');
    String name = key.substring(slash + 1);
    boolean domainFits =
        slash < 0
            || (slash > 0
                && slash <= MAX_DOMAIN
                && DOMAIN.matcher(key.substring(0, slash)).matches());
    return domainFits && name.length() <= MAX_NAME && NAME.matcher(name).matches();
  }

  private static boolean isLabelValue(String value) {
    return value.isEmpty() || (value.length() <= MAX_NAME && NAME.matcher(value).matches());
  }

  private static void check(boolean holds, String key, String complaint) {
    if (!holds) {
      throw new InvalidInputException("selector on \"" + shortened(key) + "\": " + complaint);
    }
  }

  private static String shortened(String text) {
    return text.length() <= MAX_DOMAIN ? text : text.substring(0, MAX_NAME) + "…";
  }
}
