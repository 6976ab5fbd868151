package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * A quantity with exactly the arithmetic of apimachinery's {@code resource.Quantity}: what is small
 * is a scaled {@code long}, what is not is a decimal, and both round and overflow as there. (The
 * model's own Quantity computes in BigDecimal throughout; it neither rounds up nor wraps.)
 */
final class ResourceQuantity {

  static final ResourceQuantity ZERO = new ResourceQuantity(0, 0, null);

  /** Powers of ten of one unit: milli is -3. */
  private static final int NANO = -9;

  private static final int MILLI = -3;

  /** An int64 holds every number of this many decimal digits. */
  private static final int MAX_DIGITS = 18;

  private static final BigDecimal MAX_BINARY = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

  private final long value;
  private final int scale;

  /** Null while value × 10^scale is the amount. */
  private final BigDecimal decimal;

  private ResourceQuantity(long value, int scale, BigDecimal decimal) {
    this.value = value;
    this.scale = scale;
    this.decimal = decimal;
  }

  /**
   * Reads the model's quantity, which keeps number and unit as they were written.
   *
   * @throws InvalidInputException if it is not a quantity
   */
  static ResourceQuantity of(Quantity quantity) {
    return parse(Given.text(quantity.getAmount()) + Given.text(quantity.getFormat()));
  }

  /** The model's quantity of the same amount, to the last digit. */
  Quantity toModel() {
    return decimal == null
        ? new Quantity(Long.toString(value), exponent(scale))
        : new Quantity(decimal.unscaledValue().toString(), exponent(-decimal.scale()));
  }

  private static String exponent(int scale) {
    return scale == 0 ? "" : "e" + scale;
  }

  /**
   * Parses what JSON may hold as a quantity.
   *
   * @throws InvalidInputException if it is not a quantity
   */
  static ResourceQuantity parse(String text) {
    String s = text.strip();
    if (s.isEmpty()) {
      throw notAQuantity(text);
    }
    int end = s.length();
    int pos = 0;
    boolean negative = s.charAt(0) == '-';
    if (negative || s.charAt(0) == '+') {
      pos++;
    }
    while (pos < end && s.charAt(pos) == '0') {
      pos++;
    }
    if (pos == end) {
      return ZERO;
    }
    int digits = pos;
    pos = skipDigits(s, pos);
    String whole = pos == digits ? "0" : s.substring(digits, pos);
    String fraction = "";
    if (pos < end && s.charAt(pos) == '.') {
      int start = ++pos;
      pos = skipDigits(s, pos);
      fraction = s.substring(start, pos);
    }
    return of(negative, whole, fraction, Suffix.parse(s.substring(pos), text));
  }

  private static int skipDigits(String s, int from) {
    int pos = from;
    while (pos < s.length() && s.charAt(pos) >= '0' && s.charAt(pos) <= '9') {
      pos++;
    }
    return pos;
  }

  private static ResourceQuantity of(
      boolean negative, String whole, String fraction, Suffix suffix) {
    int digits = whole.length() + fraction.length();
    boolean small;
    long factor = 1;
    int exponent = 0;
    if (suffix.base == 10) {
      small = digits <= MAX_DIGITS;
      exponent = suffix.exponent;
    } else {
      small =
          fraction.isEmpty() && 15 - whole.length() - (int) (suffix.exponent * 3f / 10) - 1 >= 0;
      factor = 1L << suffix.exponent;
    }
    if (small && exponent - fraction.length() >= NANO) {
      long unscaled = Long.parseLong(whole + fraction) * factor;
      return new ResourceQuantity(
          negative ? -unscaled : unscaled, exponent - fraction.length(), null);
    }
    BigDecimal amount = new BigDecimal(new BigInteger(whole + fraction), fraction.length());
    amount =
        suffix.base == 10
            ? amount.scaleByPowerOfTen(exponent)
            : amount.multiply(BigDecimal.valueOf(factor));
    amount = amount.setScale(-NANO, RoundingMode.UP);
    if (suffix.base == 2 && amount.compareTo(MAX_BINARY) > 0) {
      amount = MAX_BINARY;
    }
    return new ResourceQuantity(0, 0, negative ? amount.negate() : amount);
  }

  ResourceQuantity plus(ResourceQuantity other) {
    if (other.isZero()) {
      return this;
    }
    if (isZero()) {
      return other;
    }
    if (decimal == null && other.decimal == null) {
      int common = Math.min(scale, other.scale);
      try {
        return new ResourceQuantity(
            Math.addExact(atScale(common), other.atScale(common)), common, null);
      } catch (ArithmeticException overflow) {
        // apimachinery continues in decimals here too
      }
    }
    return new ResourceQuantity(0, 0, asDecimal().add(other.asDecimal()));
  }

  ResourceQuantity max(ResourceQuantity other) {
    if (decimal == null && other.decimal == null && scale == other.scale) {
      return other.value > value ? other : this;
    }
    return other.asDecimal().compareTo(asDecimal()) > 0 ? other : this;
  }

  /** {@code RoundUp(Milli)}: what the API server does to every resource before it stores it. */
  ResourceQuantity roundedUpToMilli() {
    if (decimal != null) {
      return new ResourceQuantity(0, 0, decimal.setScale(-MILLI, RoundingMode.UP));
    }
    return scale >= MILLI ? this : new ResourceQuantity(scaled(MILLI), MILLI, null);
  }

  boolean isZero() {
    return decimal == null ? value == 0 : decimal.signum() == 0;
  }

  /** {@code Value()}: whole units, rounded up. */
  long value() {
    return scaled(0);
  }

  /** {@code MilliValue()}: thousandths, rounded up; wraps around where Go's int64 does. */
  long milliValue() {
    return scaled(MILLI);
  }

  private long scaled(int target) {
    if (decimal != null) {
      return scaledDecimal(target);
    }
    return scale < target ? dividedUp(target - scale) : multiplied(scale - target);
  }

  /** {@code negativeScaleInt64}: rounds away from zero. */
  private long dividedUp(int places) {
    long result = value;
    boolean fraction = false;
    for (int i = 0; i < places && result != 0; i++) {
      fraction |= result % 10 != 0;
      result /= 10;
    }
    return fraction ? result + Long.signum(value) : result;
  }

  /** {@code positiveScaleInt64}: the usual steps wrap on overflow, the unusual ones give 0. */
  private long multiplied(int places) {
    if (places <= 3 || places == 6 || places == 9) {
      return value == Long.MIN_VALUE && places > 0 ? 0 : value * (long) Math.pow(10, places);
    }
    try {
      return atScale(scale - places);
    } catch (ArithmeticException overflow) {
      return 0;
    }
  }

  private long atScale(int target) {
    long result = value;
    for (int i = target; i < scale; i++) {
      result = Math.multiplyExact(result, 10L);
    }
    return result;
  }

  /** {@code scaledValue} of apimachinery's scale_int.go. */
  private long scaledDecimal(int target) {
    BigInteger unscaled = decimal.unscaledValue();
    int places = decimal.scale() + target;
    if (places <= 0) {
      return unscaled.longValue() * goInt64(Math.pow(10, -places));
    }
    if (unscaled.compareTo(MAX_LONG) < 0 && places <= MAX_DIGITS) {
      long divisor = (long) Math.pow(10, places);
      long quotient = unscaled.longValue() / divisor;
      return unscaled.longValue() % divisor == 0 ? quotient : quotient + 1;
    }
    BigInteger divisor = BigInteger.TEN.pow(places);
    BigInteger[] euclidean = unscaled.divideAndRemainder(divisor);
    if (euclidean[1].signum() < 0) {
      euclidean[0] = euclidean[0].subtract(BigInteger.ONE);
    }
    long quotient = euclidean[0].longValue();
    return euclidean[1].signum() == 0 ? quotient : quotient + 1;
  }

  /** Go converts a float that an int64 cannot hold to the smallest one (on amd64). */
  private static long goInt64(double d) {
    return d >= 0x1p63 ? Long.MIN_VALUE : (long) d;
  }

  /** The amount, exactly. */
  BigDecimal amount() {
    return asDecimal();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof ResourceQuantity other
        && asDecimal().compareTo(other.asDecimal()) == 0;
  }

  @Override
  public int hashCode() {
    return asDecimal().stripTrailingZeros().hashCode();
  }

  private BigDecimal asDecimal() {
    return decimal != null ? decimal : BigDecimal.valueOf(value, -scale);
  }

  private static InvalidInputException notAQuantity(String text) {
    return new InvalidInputException("\"" + text + "\" is not a quantity such as 500m or 1.5Gi");
  }

  /** The unit after the number: base to the power of exponent. */
  private record Suffix(int base, int exponent) {

    /**
     * What lies beyond rounds and wraps to the same values, and would cost gigabytes to write out.
     */
    private static final int MAX_EXPONENT = 10_000;

    static Suffix parse(String suffix, String quantity) {
      return switch (suffix) {
        case "" -> new Suffix(10, 0);
        case "n" -> new Suffix(10, -9);
        case "u" -> new Suffix(10, -6);
        case "m" -> new Suffix(10, -3);
        case "k" -> new Suffix(10, 3);
        case "M" -> new Suffix(10, 6);
        case "G" -> new Suffix(10, 9);
        case "T" -> new Suffix(10, 12);
        case "P" -> new Suffix(10, 15);
        case "E" -> new Suffix(10, 18);
        case "Ki" -> new Suffix(2, 10);
        case "Mi" -> new Suffix(2, 20);
        case "Gi" -> new Suffix(2, 30);
        case "Ti" -> new Suffix(2, 40);
        case "Pi" -> new Suffix(2, 50);
        case "Ei" -> new Suffix(2, 60);
        default -> exponent(suffix, quantity);
      };
    }

    private static Suffix exponent(String suffix, String quantity) {
      if (suffix.length() < 2 || (suffix.charAt(0) != 'e' && suffix.charAt(0) != 'E')) {
        throw notAQuantity(quantity);
      }
      try {
        int exponent = Integer.parseInt(suffix.substring(1));
        return new Suffix(10, Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, exponent)));
      } catch (NumberFormatException notANumber) {
        throw notAQuantity(quantity);
      }
    }
  }
}
