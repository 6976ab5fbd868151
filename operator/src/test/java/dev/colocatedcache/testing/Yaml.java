package dev.colocatedcache.testing;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Objects as their manifests, so that they are compared as a user writes and reads them. */
public final class Yaml {
  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private Yaml() {}

  /** One document as an object of that type. */
  public static <T> T read(String yaml, Class<T> type) {
    // The marker keeps a flow collection from being taken for JSON.
    return SERIALIZATION.unmarshal("---\n" + yaml, type);
  }

  /** Each document of a file as plain maps and lists. */
  public static List<Map<?, ?>> documents(String yaml) {
    return Arrays.stream(yaml.split("(?m)^---\n"))
        .<Map<?, ?>>map(document -> read(document, Map.class))
        .toList();
  }

  /** The object as plain maps and lists, as it would be read from its manifest. */
  public static Map<?, ?> tree(Object object) {
    return read(text(object), Map.class);
  }

  /** The same tree with numbers that are equal written alike: 0.0 as 0. */
  public static Object alike(Object tree) {
    if (tree instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(key, alike(value)));
      return copy;
    }
    if (tree instanceof List<?> list) {
      return list.stream().map(Yaml::alike).toList();
    }
    return tree instanceof Number number
        ? new BigDecimal(number.toString()).stripTrailingZeros()
        : tree;
  }

  /** The object's manifest. */
  public static String text(Object object) {
    return SERIALIZATION.asYaml(object);
  }

  /** The text of a file of this repository, for example {@code samples/workshop/namespace.yaml}. */
  public static String file(String path) {
    return file(Path.of("..", path));
  }

  /** The text of a file. */
  public static String file(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
