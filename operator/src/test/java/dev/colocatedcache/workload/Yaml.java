package dev.colocatedcache.workload;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Objects as their manifests, so that they are compared as a user writes and reads them. */
final class Yaml {
  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private Yaml() {}

  static <T> T read(String yaml, Class<T> type) {
    // The marker keeps a flow collection from being taken for JSON.
    return SERIALIZATION.unmarshal("---\n" + yaml, type);
  }

  static <T> T sample(String name, Class<T> type) {
    try {
      return read(Files.readString(Path.of("..", "samples", name)), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String golden(String name) {
    try (InputStream in = Yaml.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<?, ?> tree(Object object) {
    return read(text(object), Map.class);
  }

  static List<Map<?, ?>> documents(String yaml) {
    return Arrays.stream(yaml.split("(?m)^---\n"))
        .<Map<?, ?>>map(document -> read(document, Map.class))
        .toList();
  }

  static String text(Object object) {
    return SERIALIZATION.asYaml(object);
  }
}
