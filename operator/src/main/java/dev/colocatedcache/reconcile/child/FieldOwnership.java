package dev.colocatedcache.reconcile.child;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads {@code metadata.managedFields}: who has put which field where.
 *
 * <p>Server-side apply leaves alone what others have added, so a node selector that somebody has
 * put into a generated template would stay for ever and keep its pods Pending. The server's own
 * record of ownership names such fields exactly, without a guess at what is a default. {@link
 * #takenOver} makes them ours; the next apply, which does not mention them, then removes them, in
 * one write.
 */
final class FieldOwnership {
  private static final String APPLY = "Apply";

  /** {@code kubectl rollout restart} writes this into a template, and means it. */
  private static final String RESTARTED_AT = "f:kubectl.kubernetes.io/restartedAt";

  private final String fieldManager;
  private final Set<String> guarded;

  /**
   * @param fieldManager under which we apply
   * @param guarded the fields of {@code spec} that nobody else may add to, as {@code f:template};
   *     empty: all of spec
   */
  FieldOwnership(String fieldManager, Set<String> guarded) {
    this.fieldManager = fieldManager;
    this.guarded = guarded;
  }

  /** A field that somebody else has added. */
  record ForeignField(String path, String manager) {}

  /** The first field below spec that another manager owns and we do not; empty if there is none. */
  Optional<ForeignField> firstForeign(List<ManagedFieldsEntry> managedFields) {
    Map<String, Object> ours =
        managedFields.stream()
            .filter(this::isOurs)
            .findFirst()
            .map(entry -> guardedSpec(fields(entry)))
            .orElse(Map.of());
    for (ManagedFieldsEntry entry : managedFields) {
      if (isForeign(entry)) {
        Optional<String> path = firstNotIn(guardedSpec(fields(entry)), ours, "spec");
        if (path.isPresent()) {
          return Optional.of(new ForeignField(path.get(), entry.getManager()));
        }
      }
    }
    return Optional.empty();
  }

  /** The same record of ownership, in which we own what others own below the guarded fields. */
  List<ManagedFieldsEntry> takenOver(List<ManagedFieldsEntry> managedFields, String apiVersion) {
    Map<String, Object> ours = new TreeMap<>();
    List<ManagedFieldsEntry> others = new ArrayList<>();
    String time = null;
    for (ManagedFieldsEntry entry : managedFields) {
      if (isOurs(entry)) {
        merge(ours, fields(entry));
        time = entry.getTime();
      } else if (isForeign(entry)) {
        Map<String, Object> theirs = fields(entry);
        merge(ours, Map.of("f:spec", guardedSpec(theirs)));
        Map<String, Object> left = without(theirs);
        if (!left.isEmpty()) {
          others.add(withFields(entry, left));
        }
      } else {
        others.add(entry);
      }
    }
    List<ManagedFieldsEntry> result = new ArrayList<>();
    result.add(
        new ManagedFieldsEntryBuilder()
            .withManager(fieldManager)
            .withOperation(APPLY)
            .withApiVersion(apiVersion)
            .withTime(time)
            .withFieldsType("FieldsV1")
            .withFieldsV1(fieldsV1(ours))
            .build());
    result.addAll(others);
    return result;
  }

  private boolean isOurs(ManagedFieldsEntry entry) {
    return fieldManager.equals(entry.getManager()) && APPLY.equals(entry.getOperation());
  }

  private boolean isForeign(ManagedFieldsEntry entry) {
    boolean subresource = entry.getSubresource() != null && !entry.getSubresource().isEmpty();
    return !fieldManager.equals(entry.getManager()) && !subresource;
  }

  /** The guarded part of spec, without what a rollout restart writes. */
  private Map<String, Object> guardedSpec(Map<String, Object> fields) {
    Map<String, Object> result = new LinkedHashMap<>();
    object(fields.get("f:spec"))
        .forEach(
            (field, below) -> {
              if (!field.equals(".") && (guarded.isEmpty() || guarded.contains(field))) {
                Map<String, Object> kept = withoutRestart(object(below));
                if (!kept.isEmpty() || object(below).isEmpty()) {
                  result.put(field, kept);
                }
              }
            });
    return result;
  }

  private static Map<String, Object> withoutRestart(Map<String, Object> fields) {
    Map<String, Object> result = new LinkedHashMap<>();
    fields.forEach(
        (field, below) -> {
          if (field.equals(RESTARTED_AT)) {
            return;
          }
          Map<String, Object> kept = withoutRestart(object(below));
          // What holds nothing but the restart (and the mark that it exists) is kept with it.
          boolean heldOnlyRestart =
              !object(below).isEmpty() && (kept.isEmpty() || kept.keySet().equals(Set.of(".")));
          if (!heldOnlyRestart || !containsRestart(object(below))) {
            result.put(field, kept);
          }
        });
    return result;
  }

  private static boolean containsRestart(Map<String, Object> fields) {
    return fields.containsKey(RESTARTED_AT)
        || fields.values().stream().anyMatch(below -> containsRestart(object(below)));
  }

  /** What stays with the other manager: all but the guarded part of spec, and the restart. */
  private Map<String, Object> without(Map<String, Object> fields) {
    Map<String, Object> result = new LinkedHashMap<>(fields);
    Map<String, Object> spec = new LinkedHashMap<>();
    object(fields.get("f:spec"))
        .forEach(
            (field, below) -> {
              if (!guarded.isEmpty() && !guarded.contains(field)) {
                spec.put(field, below);
              } else if (containsRestart(object(below))) {
                spec.put(field, onlyRestart(object(below)));
              }
            });
    if (spec.isEmpty() || spec.keySet().equals(Set.of("."))) {
      result.remove("f:spec");
    } else {
      result.put("f:spec", spec);
    }
    return result;
  }

  private static Map<String, Object> onlyRestart(Map<String, Object> fields) {
    Map<String, Object> result = new LinkedHashMap<>();
    fields.forEach(
        (field, below) -> {
          if (field.equals(RESTARTED_AT)) {
            result.put(field, below);
          } else if (containsRestart(object(below))) {
            result.put(field, onlyRestart(object(below)));
          }
        });
    return result;
  }

  private static Optional<String> firstNotIn(
      Map<String, Object> theirs, Map<String, Object> ours, String path) {
    for (Map.Entry<String, Object> entry : theirs.entrySet()) {
      String field = entry.getKey();
      if (field.equals(".")) {
        continue;
      }
      String childPath = path + readable(field);
      if (!ours.containsKey(field)) {
        return Optional.of(firstLeaf(object(entry.getValue()), childPath));
      }
      Optional<String> below =
          firstNotIn(object(entry.getValue()), object(ours.get(field)), childPath);
      if (below.isPresent()) {
        return below;
      }
    }
    return Optional.empty();
  }

  private static String firstLeaf(Map<String, Object> fields, String path) {
    for (Map.Entry<String, Object> entry : fields.entrySet()) {
      if (!entry.getKey().equals(".")) {
        return firstLeaf(object(entry.getValue()), path + readable(entry.getKey()));
      }
    }
    return path;
  }

  /** {@code f:image} reads as .image, and {@code k:{"name":"app"}} as [name=app]. */
  private static String readable(String field) {
    String body = field.length() > 2 ? field.substring(2) : field;
    if (field.startsWith("f:")) {
      return "." + body;
    }
    return "[" + body.replaceAll("[{}\"]", "").replace(':', '=') + "]";
  }

  private static void merge(Map<String, Object> into, Map<String, Object> from) {
    from.forEach(
        (field, below) -> {
          Map<String, Object> merged = new TreeMap<>(object(into.get(field)));
          merge(merged, object(below));
          into.put(field, merged);
        });
  }

  private static ManagedFieldsEntry withFields(
      ManagedFieldsEntry entry, Map<String, Object> fields) {
    return new ManagedFieldsEntryBuilder(entry).withFieldsV1(fieldsV1(fields)).build();
  }

  private static FieldsV1 fieldsV1(Map<String, Object> fields) {
    FieldsV1 result = new FieldsV1();
    fields.forEach(result::setAdditionalProperty);
    return result;
  }

  private static Map<String, Object> fields(ManagedFieldsEntry entry) {
    return entry.getFieldsV1() == null ? Map.of() : entry.getFieldsV1().getAdditionalProperties();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return value instanceof Map ? (Map<String, Object>) value : Map.of();
  }
}
