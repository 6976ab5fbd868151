package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An amount of each resource, as kube-scheduler's {@code framework.Resource} counts it: CPU in
 * thousandths, the others in whole units, everything in wrapping 64 bits. Immutable.
 */
final class Resources {

  private static final String[] NO_NAMES = {};
  private static final long[] NO_AMOUNTS = {};

  static final Resources NONE = new Resources(0, 0, 0, 0, NO_NAMES, NO_AMOUNTS);

  private static final String NATIVE_DOMAIN = "kubernetes.io/";

  final long milliCpu;
  final long memory;
  final long ephemeralStorage;

  /** How many pods a node takes; of no meaning in a request. */
  final long pods;

  /** Names of extended resources, huge pages and the like, sorted. */
  final String[] scalarNames;

  private final long[] scalars;

  private Resources(
      long milliCpu,
      long memory,
      long ephemeralStorage,
      long pods,
      String[] scalarNames,
      long[] scalars) {
    this.milliCpu = milliCpu;
    this.memory = memory;
    this.ephemeralStorage = ephemeralStorage;
    this.pods = pods;
    this.scalarNames = scalarNames;
    this.scalars = scalars;
  }

  /** What a running pod or a node's allocatable comes to: {@code Resource.Add}. */
  static Resources of(Map<String, ResourceQuantity> quantities) {
    return of(quantities, Long.MIN_VALUE);
  }

  /**
   * What an incoming pod asks for: {@code Resource.SetMaxResource}, which knows nothing below zero.
   */
  static Resources requestOf(Map<String, ResourceQuantity> quantities) {
    return of(quantities, 0);
  }

  private static Resources of(Map<String, ResourceQuantity> quantities, long floor) {
    long milliCpu = 0;
    long memory = 0;
    long ephemeralStorage = 0;
    long pods = 0;
    SortedMap<String, Long> scalars = new TreeMap<>();
    for (Map.Entry<String, ResourceQuantity> entry : quantities.entrySet()) {
      ResourceQuantity quantity = entry.getValue();
      switch (entry.getKey()) {
        case "cpu" -> milliCpu = Math.max(floor, quantity.milliValue());
        case "memory" -> memory = Math.max(floor, quantity.value());
        case "ephemeral-storage" -> ephemeralStorage = Math.max(floor, quantity.value());
        case "pods" -> pods = quantity.value();
        default -> {
          if (isScalar(entry.getKey())) {
            scalars.put(entry.getKey(), Math.max(floor, quantity.value()));
          }
        }
      }
    }
    return new Resources(
        milliCpu, memory, ephemeralStorage, pods, names(scalars), amounts(scalars));
  }

  /** {@code schedutil.IsScalarResourceName}: any other name is not looked at. */
  static boolean isScalar(String name) {
    return name.contains(NATIVE_DOMAIN)
        || name.startsWith("hugepages-")
        || name.startsWith("attachable-volumes-")
        || (name.contains("/")
            && !name.startsWith("requests.")
            && Requirement.isQualifiedName("requests." + name));
  }

  private static String[] names(SortedMap<String, Long> scalars) {
    return scalars.isEmpty() ? NO_NAMES : scalars.keySet().toArray(NO_NAMES);
  }

  private static long[] amounts(SortedMap<String, Long> scalars) {
    return scalars.isEmpty()
        ? NO_AMOUNTS
        : scalars.values().stream().mapToLong(Long::longValue).toArray();
  }

  long scalar(String name) {
    int index = Arrays.binarySearch(scalarNames, name);
    return index < 0 ? 0 : scalars[index];
  }

  /** No resource is named but for amounts of zero of the three that have no domain. */
  boolean isEmpty() {
    return milliCpu == 0 && memory == 0 && ephemeralStorage == 0 && scalarNames.length == 0;
  }

  /** The same as the API writes it, without what is zero. */
  Map<String, Quantity> quantities() {
    Map<String, Quantity> quantities = new TreeMap<>();
    if (milliCpu != 0) {
      quantities.put("cpu", new Quantity(milliCpu + "m"));
    }
    if (memory != 0) {
      quantities.put("memory", new Quantity(Long.toString(memory)));
    }
    if (ephemeralStorage != 0) {
      quantities.put("ephemeral-storage", new Quantity(Long.toString(ephemeralStorage)));
    }
    for (int i = 0; i < scalarNames.length; i++) {
      if (scalars[i] != 0) {
        quantities.put(scalarNames[i], new Quantity(Long.toString(scalars[i])));
      }
    }
    return quantities;
  }

  Resources plus(Resources other) {
    return combined(other, 1);
  }

  Resources minus(Resources other) {
    return combined(other, -1);
  }

  private Resources combined(Resources other, int sign) {
    String[] names = scalarNames;
    long[] amounts = scalars;
    if (other.scalarNames.length > 0) {
      SortedMap<String, Long> sums = new TreeMap<>();
      for (int i = 0; i < scalarNames.length; i++) {
        sums.put(scalarNames[i], scalars[i]);
      }
      for (int i = 0; i < other.scalarNames.length; i++) {
        sums.merge(other.scalarNames[i], sign * other.scalars[i], Long::sum);
      }
      names = names(sums);
      amounts = amounts(sums);
    }
    return new Resources(
        milliCpu + sign * other.milliCpu,
        memory + sign * other.memory,
        ephemeralStorage + sign * other.ephemeralStorage,
        pods + sign * other.pods,
        names,
        amounts);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof Resources other
        && milliCpu == other.milliCpu
        && memory == other.memory
        && ephemeralStorage == other.ephemeralStorage
        && pods == other.pods
        && Arrays.equals(scalarNames, other.scalarNames)
        && Arrays.equals(scalars, other.scalars);
  }

  @Override
  public int hashCode() {
    int hash = Long.hashCode(milliCpu);
    hash = 31 * hash + Long.hashCode(memory);
    hash = 31 * hash + Long.hashCode(ephemeralStorage);
    hash = 31 * hash + Long.hashCode(pods);
    hash = 31 * hash + Arrays.hashCode(scalarNames);
    return 31 * hash + Arrays.hashCode(scalars);
  }
}
