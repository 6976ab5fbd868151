package dev.colocatedcache.api.v1alpha1;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.io.IOException;

/**
 * Reads types of core/v1 as Go reads them: null is a field that is not set, and in a list of
 * strings the empty string. Templates are full of both ({@code resources: null}), and none of it is
 * left for others to trip over.
 *
 * @param <T> the type that is read
 */
abstract sealed class WithoutNulls<T> extends StdDeserializer<T> {

  private static final long serialVersionUID = 1L;

  private final Class<T> type;

  private WithoutNulls(Class<T> type) {
    super(type);
    this.type = type;
  }

  @Override
  public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    JsonNode tree = context.readTree(parser);
    prune(tree);
    return context.readTreeAsValue(tree, type);
  }

  private static void prune(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().removeIf(field -> field.getValue().isNull());
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        if (array.get(i).isNull()) {
          array.set(i, "");
        }
      }
    }
    node.forEach(WithoutNulls::prune);
  }

  /** Reads a pod template. */
  static final class PodTemplateSpecReader extends WithoutNulls<PodTemplateSpec> {
    private static final long serialVersionUID = 1L;

    PodTemplateSpecReader() {
      super(PodTemplateSpec.class);
    }
  }

  /** Reads a Service's port. */
  static final class ServicePortReader extends WithoutNulls<ServicePort> {
    private static final long serialVersionUID = 1L;

    ServicePortReader() {
      super(ServicePort.class);
    }
  }
}
