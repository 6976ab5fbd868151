package dev.colocatedcache.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Reads the pods that someone asks about, as people write them. */
final class Manifests {

  /**
   * The Pods and Deployments of a file, or of standard input for {@code -}.
   *
   * @throws BadInputException if there is none, or something else in it
   */
  List<HasMetadata> read(Path file, InputStream standardInput) {
    String name = file.toString().equals("-") ? "standard input" : file.toString();
    Object parsed;
    try {
      byte[] bytes =
          file.toString().equals("-") ? standardInput.readAllBytes() : Files.readAllBytes(file);
      parsed = parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (NoSuchFileException missing) {
      throw new BadInputException(name + ": no such file");
    } catch (IOException unreadable) {
      throw new BadInputException(name + ": cannot be read: " + unreadable.getMessage());
    } catch (RuntimeException unreadable) {
      throw new BadInputException(name + ": " + complaint(unreadable));
    }
    List<HasMetadata> objects = new ArrayList<>();
    for (Object object : parsed instanceof Collection<?> several ? several : List.of(parsed)) {
      objects.add(askable(name, object));
    }
    return objects;
  }

  private static Object parse(String text) {
    KubernetesSerialization serialization = new KubernetesSerialization();
    try {
      return serialization.unmarshal(text);
    } catch (RuntimeException notJson) {
      if (!text.stripLeading().startsWith("{")) {
        throw notJson;
      }
      // A brace makes the library think of JSON; YAML may begin with one as well.
      return serialization.unmarshal("---\n" + text);
    }
  }

  private static HasMetadata askable(String file, Object object) {
    if (object instanceof Pod pod) {
      named(file, pod);
      return pod;
    }
    if (object instanceof Deployment deployment) {
      named(file, deployment);
      if (deployment.getSpec() == null || deployment.getSpec().getTemplate() == null) {
        throw new BadInputException(
            file + ": " + ClusterInput.name(deployment) + " has no spec.template");
      }
      return deployment;
    }
    String kind = object instanceof HasMetadata other ? other.getKind() : "something else";
    throw new BadInputException(file + ": a Pod or a Deployment is explained, not " + kind);
  }

  private static void named(String file, HasMetadata object) {
    if (object.getMetadata() == null) {
      throw new BadInputException(file + ": a " + object.getKind() + " has no metadata");
    }
    if (object.getMetadata().getName() == null) {
      object
          .getMetadata()
          .setName(
              object.getMetadata().getGenerateName() == null
                  ? "unnamed"
                  : object.getMetadata().getGenerateName());
    }
  }

  private static String complaint(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof JsonProcessingException json) {
      return JsonInput.complaint(json);
    }
    String message = cause.getMessage() == null ? "unreadable" : cause.getMessage();
    return JsonInput.shown(
        message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(""));
  }
}
