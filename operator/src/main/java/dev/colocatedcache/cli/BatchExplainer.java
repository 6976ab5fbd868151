package dev.colocatedcache.cli;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.IncomingPod;
import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.PodJudgement;
import dev.colocatedcache.affinity.Scheduler;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClassBuilder;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Answers cases, one JSON a line, in their order; a line that cannot be read gets an error. */
final class BatchExplainer {
  /** Lines answered together where there are more to read. */
  private static final int CHUNK = 256;

  private final ObjectMapper mapper = JsonInput.mapper();
  private final ObjectReader lines = mapper.readerFor(CaseLine.class);
  private final ObjectReader ids = mapper.readerFor(JsonNode.class);
  private final KubernetesVersion version;
  private final Scheduler scheduler;

  BatchExplainer(KubernetesVersion version) {
    this.version = version;
    this.scheduler = new Scheduler(version);
  }

  /** Answers every line of {@code in}; what is there is answered without waiting for more. */
  void run(BufferedReader in, PrintWriter out) throws IOException {
    List<String> chunk = new ArrayList<>(CHUNK);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (!line.isBlank()) {
        chunk.add(line);
      }
      if (chunk.size() == CHUNK || !in.ready()) {
        answer(chunk, out);
        chunk.clear();
      }
    }
    answer(chunk, out);
  }

  private void answer(List<String> chunk, PrintWriter out) {
    chunk.parallelStream().map(this::answer).forEachOrdered(out::println);
    out.flush();
  }

  /** The answer to one line, itself a line. */
  String answer(String line) {
    ObjectNode answer;
    try (JsonParser parser = mapper.createParser(line)) {
      CaseLine read = lines.readValue(parser);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "there is more after the object");
      }
      answer = explain(read);
    } catch (JsonProcessingException unreadable) {
      answer = error(id(line), named(line, unreadable) + JsonInput.complaint(unreadable));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } catch (StackOverflowError tooDeep) {
      answer = error(id(line), "nested too deeply");
    }
    return answer.toString();
  }

  /** The answer to a case, with its id. */
  ObjectNode explain(CaseLine line) {
    JsonNode id = line.id() == null ? NullNode.instance : line.id();
    try {
      ClusterInput cluster = new ClusterInput(version);
      addAll(cluster, "nodes", line.nodes());
      addAll(cluster, "pods", line.pods());
      addAll(cluster, "namespaces", line.namespaces());
      if (line.pod() == null) {
        throw new BadInputException("pod is missing");
      }
      PodJudgement judgement = scheduler.judge(cluster.snapshot(), incoming(line));
      return new Explanation(judgement).asJson(mapper.createObjectNode().set("id", id));
    } catch (BadInputException | InvalidInputException bad) {
      return error(id, bad.getMessage());
    } catch (RuntimeException unexpected) {
      // One line must not end the batch.
      return error(
          id,
          "cannot be judged: "
              + Objects.requireNonNullElse(
                  unexpected.getMessage(), unexpected.getClass().getSimpleName()));
    }
  }

  private IncomingPod incoming(CaseLine line) {
    if (!line.admit()) {
      return IncomingPod.asStored(line.pod());
    }
    return IncomingPod.admitted(line.pod(), classesOf(line.pod()));
  }

  /**
   * A line has no priority or runtime classes: the pod's own priority is taken for what its class
   * gives, and a runtime class that it names for one that adds nothing.
   */
  private AdmissionContext classesOf(Pod pod) {
    if (pod.getSpec() == null) {
      return new AdmissionContext(List.of(), List.of(), List.of(), version);
    }
    String priorityClass = pod.getSpec().getPriorityClassName();
    boolean named = priorityClass != null && !priorityClass.isEmpty();
    Integer priority = pod.getSpec().getPriority();
    return new AdmissionContext(
        List.of(),
        pod.getSpec().getRuntimeClassName() == null
            ? List.of()
            : List.of(
                new RuntimeClassBuilder()
                    .withNewMetadata()
                    .withName(pod.getSpec().getRuntimeClassName())
                    .endMetadata()
                    .build()),
        List.of(
            new PriorityClassBuilder()
                .withNewMetadata()
                .withName(named ? priorityClass : "default")
                .endMetadata()
                .withGlobalDefault(!named)
                .withValue(priority == null ? 0 : priority)
                .build()),
        version);
  }

  private static void addAll(
      ClusterInput cluster, String field, List<? extends HasMetadata> objects) {
    for (int i = 0; i < objects.size(); i++) {
      if (objects.get(i) == null) {
        throw new BadInputException(field + "[" + i + "] is null");
      }
      cluster.add(objects.get(i));
    }
  }

  private ObjectNode error(JsonNode id, String message) {
    return mapper.createObjectNode().<ObjectNode>set("id", id).put("error", message);
  }

  /** The name of the object that a complaint is about, where it has one that can be read. */
  private String named(String line, JsonProcessingException unreadable) {
    if (!(unreadable instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
      return "";
    }
    try {
      JsonNode object = ids.readTree(line);
      for (JsonMappingException.Reference step :
          mapping.getPath().subList(0, Math.min(2, mapping.getPath().size()))) {
        object =
            step.getFieldName() == null
                ? object.path(step.getIndex())
                : object.path(step.getFieldName());
        String name = object.path("metadata").path("name").asText();
        if (!name.isEmpty()) {
          return JsonInput.shown(name) + ": ";
        }
      }
      return "";
    } catch (JsonProcessingException notEvenJson) {
      return "";
    }
  }

  /** The id of a line that as a whole cannot be read, if that much of it can. */
  private JsonNode id(String line) {
    try (JsonParser parser = mapper.createParser(line)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean found = "id".equals(parser.currentName());
          parser.nextToken();
          if (found) {
            return ids.readValue(parser);
          }
          parser.skipChildren();
        }
      }
    } catch (IOException unreadable) {
      return NullNode.instance;
    }
    return NullNode.instance;
  }
}
