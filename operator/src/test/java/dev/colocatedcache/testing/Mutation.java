package dev.colocatedcache.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A template of which one field is not what its author wrote.
 *
 * @param kind of change
 * @param path of the field, as a JSON pointer
 * @param value what stood there; of a list that has a null more, its first item
 * @param template after the change
 */
public record Mutation(Kind kind, String path, JsonNode value, PodTemplate template) {

  /** What became of the field. */
  public enum Kind {
    NONE,
    REMOVED,
    NULL,
    /** The empty value of its type. */
    EMPTY,
    /** Another type, or a number out of range. */
    TRUE,
    TEXT,
    MINUS_ONE,
    OBJECT,
    TYPO,
    /** An item of a list is there twice. */
    TWICE,
    /** A list has a null more. */
    NULL_ITEM
  }

  /** Kinds that tell something of a value only: a list or an object of another type is none. */
  private static final Set<Kind> OF_VALUES =
      EnumSet.of(Kind.TRUE, Kind.TEXT, Kind.MINUS_ONE, Kind.OBJECT);

  /**
   * The templates as they are, and each with one change: every kind of change once for every field,
   * however often the field occurs.
   */
  public static List<Mutation> of(List<PodTemplate> templates) {
    List<Mutation> mutations = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (PodTemplate template : templates) {
      mutations.add(new Mutation(Kind.NONE, "", template.tree(), template));
      walk(
          "",
          template.tree(),
          (path) -> {
            for (Kind kind : Kind.values()) {
              if (seen.add(kind + path.replaceAll("/[0-9]+(?=/|$)", "/*"))) {
                mutate(template, path, kind, mutations);
              }
            }
          });
    }
    return mutations;
  }

  private static void walk(String path, JsonNode node, Consumer<String> visitor) {
    if (!path.isEmpty()) {
      visitor.accept(path);
    }
    node.properties()
        .forEach(field -> walk(path + "/" + escaped(field.getKey()), field.getValue(), visitor));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      walk(path + "/" + i, node.get(i), visitor);
    }
  }

  private static String escaped(String field) {
    return field.replace("~", "~0").replace("/", "~1");
  }

  private static void mutate(
      PodTemplate template, String path, Kind kind, List<Mutation> mutations) {
    JsonNode tree = template.tree().deepCopy();
    int slash = path.lastIndexOf('/');
    JsonNode owner = tree.at(path.substring(0, slash));
    String field = path.substring(slash + 1).replace("~1", "/").replace("~0", "~");
    JsonNode value = tree.at(path);
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value.isContainerNode() && OF_VALUES.contains(kind)) {
      return;
    }
    boolean done =
        switch (kind) {
          case NONE -> false;
          case REMOVED -> remove(owner, field);
          case NULL -> set(owner, field, NullNode.getInstance());
          case EMPTY ->
              set(
                  owner,
                  field,
                  switch (value.getNodeType()) {
                    case ARRAY -> nodes.arrayNode();
                    case OBJECT -> nodes.objectNode();
                    case NUMBER -> IntNode.valueOf(0);
                    case BOOLEAN -> BooleanNode.FALSE;
                    default -> TextNode.valueOf("");
                  });
          case TRUE -> set(owner, field, BooleanNode.TRUE);
          case TEXT -> set(owner, field, TextNode.valueOf("zq"));
          case MINUS_ONE -> set(owner, field, IntNode.valueOf(-1));
          case OBJECT -> set(owner, field, nodes.objectNode());
          case TYPO -> owner instanceof ObjectNode object && typo(object, field, path);
          case TWICE -> owner instanceof ArrayNode array && array.add(value) != null;
          case NULL_ITEM -> value instanceof ArrayNode array && array.addNull() != null;
        };
    if (done) {
      JsonNode told = kind == Kind.NULL_ITEM ? value.path(0) : template.tree().at(path);
      mutations.add(new Mutation(kind, path, told, new PodTemplate(template.name(), tree)));
    }
  }

  private static boolean remove(JsonNode owner, String field) {
    return owner instanceof ObjectNode object
        ? object.remove(field) != null
        : ((ArrayNode) owner).remove(Integer.parseInt(field)) != null;
  }

  private static boolean set(JsonNode owner, String field, JsonNode value) {
    return owner instanceof ObjectNode object
        ? object.set(field, value) != null
        : ((ArrayNode) owner).set(Integer.parseInt(field), value) != null;
  }

  /** Names of labels and resources are anyone's choice, those of fields are not. */
  private static boolean typo(ObjectNode owner, String field, String path) {
    if (path.matches(
        ".*/(labels|annotations|nodeSelector|matchLabels|limits|requests|overhead|options"
            + "|volumeAttributes|userAnnotations)/[^/]*")) {
      return false;
    }
    owner.set(field + "Z", owner.remove(field));
    return true;
  }

  /** Whether an item of a list is null now. */
  public boolean nullsAnItem() {
    return kind == Kind.NULL_ITEM || (kind == Kind.NULL && path.matches(".*/[0-9]+"));
  }

  @Override
  public String toString() {
    return template + ": " + path + " " + kind;
  }
}
