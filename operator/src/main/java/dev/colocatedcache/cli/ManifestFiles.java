package dev.colocatedcache.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads manifests as {@code kubectl apply -f} does: files, the YAML and JSON files of a folder, and
 * standard input, each with any number of documents and lists in it.
 */
final class ManifestFiles {
  /** Far more than the API server takes, in characters. */
  private static final int MAX_LENGTH = 32 << 20;

  private final ObjectMapper json = new ObjectMapper();
  private final InputStream standardInput;
  private final boolean recursive;

  /**
   * @param recursive whether folders within folders are read too
   */
  ManifestFiles(InputStream standardInput, boolean recursive) {
    this.standardInput = standardInput;
    this.recursive = recursive;
  }

  /**
   * An object of a manifest.
   *
   * @param source the file, for complaints
   */
  record Document(String source, ObjectNode object) {

    /** Kind and, where it has them, namespace and name. */
    String name() {
      JsonNode metadata = object.path("metadata");
      String namespace = metadata.path("namespace").asText("");
      String name = metadata.path("name").asText("");
      return JsonInput.shown(
          kind()
              + (name.isEmpty() ? "" : " " + (namespace.isEmpty() ? "" : namespace + "/") + name));
    }

    String kind() {
      return object.path("kind").asText("");
    }
  }

  /**
   * The objects of all the paths; one that is named twice counts once.
   *
   * @throws BadInputException if something cannot be read
   */
  List<Document> readAll(List<String> paths) {
    return paths.stream().distinct().flatMap(path -> read(path).stream()).toList();
  }

  /**
   * The objects of a file, of the files of a folder in the order of their names, or of standard
   * input for {@code -}.
   *
   * @throws BadInputException if something cannot be read
   */
  List<Document> read(String path) {
    List<Document> documents = new ArrayList<>();
    try {
      if (path.equals("-")) {
        parse("standard input", standardInput.readAllBytes(), documents);
      } else {
        for (Path file : files(Path.of(path))) {
          parse(file.toString(), Files.readAllBytes(file), documents);
        }
      }
    } catch (IOException e) {
      throw new BadInputException(path + ": cannot be read: " + e.getMessage());
    } catch (java.nio.file.InvalidPathException e) {
      throw new BadInputException(JsonInput.shown(path) + ": not a path");
    }
    return documents;
  }

  private List<Path> files(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new BadInputException(path + ": no such file");
    }
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> found =
        Files.walk(path, recursive ? Integer.MAX_VALUE : 1, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> files = found.filter(ManifestFiles::isManifest).sorted().toList();
      if (files.isEmpty()) {
        throw new BadInputException(path + ": no file of it ends with .yaml, .yml or .json");
      }
      return files;
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isManifest(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Files.isRegularFile(file)
        && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
  }

  private void parse(String source, byte[] bytes, List<Document> documents) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      for (Object document : yaml().loadAll(text)) {
        if (document != null) {
          add(source, json.valueToTree(document), documents);
        }
      }
    } catch (MarkedYAMLException e) {
      throw new BadInputException(
          "%s: not YAML or JSON at line %d, column %d: %s"
              .formatted(
                  source,
                  e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1,
                  e.getProblemMark() == null ? 0 : e.getProblemMark().getColumn() + 1,
                  oneLine(e.getProblem())));
    } catch (YAMLException e) {
      throw new BadInputException(source + ": not YAML or JSON: " + oneLine(e.getMessage()));
    } catch (IllegalArgumentException e) {
      // The mapper wraps what it cannot turn into a tree, such as a null key.
      throw new BadInputException(
          source
              + ": "
              + (e.getCause() instanceof JsonProcessingException cause
                  ? JsonInput.complaint(cause)
                  : oneLine(e.getMessage())));
    } catch (StackOverflowError e) {
      throw new BadInputException(source + ": nested too deeply");
    }
  }

  private static void add(String source, JsonNode document, List<Document> documents) {
    if (!(document instanceof ObjectNode object)) {
      throw new BadInputException(source + ": not a Kubernetes object but " + type(document));
    }
    if (object.path("kind").asText("").endsWith("List") && object.path("items").isArray()) {
      object.path("items").forEach(item -> add(source, item, documents));
    } else {
      documents.add(new Document(source, object));
    }
  }

  private static String type(JsonNode document) {
    return document.isArray() ? "a list" : JsonInput.shown(document.toString());
  }

  private static String oneLine(String message) {
    return message == null
        ? "unreadable"
        : JsonInput.shown(
            message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(""));
  }

  private static Yaml yaml() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setCodePointLimit(MAX_LENGTH);
    return new Yaml(
        new SafeConstructor(options),
        new Representer(new DumperOptions()),
        new DumperOptions(),
        options,
        new KubectlTypes());
  }

  /**
   * What kubectl takes a plain word for: YAML 1.1, without dates and without numbers of base 60.
   */
  private static final class KubectlTypes extends Resolver {
    private static final Pattern INTEGER =
        Pattern.compile("[-+]?(?:0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)");

    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
      addImplicitResolver(Tag.INT, INTEGER, "-+0123456789");
      addImplicitResolver(Tag.FLOAT, FLOAT, "-+0123456789.");
      addImplicitResolver(Tag.MERGE, MERGE, "<");
      addImplicitResolver(Tag.NULL, NULL, "~nN\0");
      addImplicitResolver(Tag.NULL, EMPTY, null);
    }
  }
}
