package dev.colocatedcache.reconcile.child;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What we want a child to be, with a digest of it in the annotation {@value #DIGEST}.
 *
 * <p>The digest tells a field that we no longer ask for from one that the server has filled in:
 * both are in the live object and not in the intent. It lives in the object, so that an operator
 * that has just started need not write anything to know.
 */
final class Intent {
  /** The annotation that carries the digest of what was last applied. */
  static final String DIGEST = "colocatedcache.dev/applied";

  private static final ObjectMapper CANONICAL =
      new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
  private static final int DIGEST_BYTES = 10;

  /** Between the digest of a pod template, where there is one, and that of all else. */
  private static final char SEPARATOR = '-';

  private Intent() {}

  /** Marks {@code child}, which is changed, with the digest of all else that it says. */
  static <T extends HasMetadata> T marked(T child, KubernetesSerialization serialization) {
    Map<String, String> annotations = new LinkedHashMap<>();
    if (child.getMetadata().getAnnotations() != null) {
      annotations.putAll(child.getMetadata().getAnnotations());
    }
    annotations.remove(DIGEST);
    child.getMetadata().setAnnotations(annotations);
    annotations.put(DIGEST, digestByParts(serialization.convertValue(child, JsonNode.class)));
    return child;
  }

  /** The same object without the digest, which says that something differs, but not what. */
  static JsonNode withoutDigest(JsonNode child) {
    if (child.path("metadata").path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(DIGEST);
    }
    return child;
  }

  /** The digest that {@code child} carries; empty if it carries none. */
  static String digest(HasMetadata child) {
    Map<String, String> annotations = child.getMetadata().getAnnotations();
    return annotations == null ? "" : annotations.getOrDefault(DIGEST, "");
  }

  /** The part of {@code child}'s digest that is its pod template's; empty if it carries none. */
  static String templateDigest(HasMetadata child) {
    String digest = digest(child);
    return digest.substring(0, Math.max(0, digest.indexOf(SEPARATOR)));
  }

  private static String digestByParts(JsonNode child) {
    JsonNode template = child.path("spec").path("template");
    if (template.isMissingNode()) {
      return digest(child);
    }
    String ofTemplate = digest(template);
    ((ObjectNode) child.path("spec")).remove("template");
    return ofTemplate + SEPARATOR + digest(child);
  }

  private static String digest(JsonNode node) {
    try {
      // Through a map, for only maps are written in the order of their keys.
      byte[] canonical =
          CANONICAL
              .writeValueAsString(CANONICAL.convertValue(node, Map.class))
              .getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical);
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a child cannot be written as JSON", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
