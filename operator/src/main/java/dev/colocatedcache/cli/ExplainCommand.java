package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.affinity.IncomingPod;
import dev.colocatedcache.affinity.Scheduler;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says why a pod would not be scheduled. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says of every node whether a pod would be scheduled there, and why not, in kube-scheduler's"
          + " words.",
      "It looks at the current cluster (KUBECONFIG, or ~/.kube/config), or at a --snapshot of one."
    })
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      description = "A Pod or a Deployment, as YAML or JSON; - for standard input.")
  private Path file;

  @Mixin private ClusterOptions where;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "TABLE",
      description = "table or json. Default: table.")
  private Format format;

  @Option(
      names = "--batch",
      description =
          "Read cases on standard input, one a line, and write an answer a line:"
              + " {\"id\":…,\"admit\":true|false,\"nodes\":[…],\"pods\":[…],\"namespaces\":[…],"
              + "\"pod\":{…}}. admit: the pod is as a user writes it, not as stored.")
  private boolean batch;

  /** How the answer is written. */
  enum Format {
    /** For people. */
    TABLE,
    /** For programs. */
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (batch) {
      if (file != null || where.isGiven()) {
        throw new ParameterException(
            spec.commandLine(),
            "--batch takes its cases from standard input, without -f or --snapshot");
      }
      new BatchExplainer(where.givenVersion())
          .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), out);
      return ExitCode.OK;
    }
    if (file == null) {
      throw new ParameterException(
          spec.commandLine(), "Which pod? Name a file with -f, or use --batch.");
    }
    List<HasMetadata> asked = new Manifests().read(file, System.in);
    explain(asked, where.read(System.in, node -> false), out);
    return ExitCode.OK;
  }

  private void explain(List<HasMetadata> asked, ClusterInput cluster, PrintWriter out) {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    List<ObjectNode> answers = new ArrayList<>();
    for (HasMetadata object : asked) {
      if (object.getMetadata().getNamespace() == null) {
        object.getMetadata().setNamespace(where.namespace());
      }
      IncomingPod pod = incoming(object, cluster);
      Explanation explanation =
          new Explanation(new Scheduler(cluster.version()).judge(cluster.snapshot(), pod));
      if (format == Format.TABLE) {
        if (asked.size() > 1) {
          out.println(ClusterInput.name(object));
        }
        out.print(explanation.asTable());
        pod.unsupported().forEach(out::println);
        if (asked.size() > 1) {
          out.println();
        }
        continue;
      }
      ObjectNode answer = mapper.createObjectNode().put("id", ClusterInput.name(object));
      explanation.asJson(answer);
      if (!pod.unsupported().isEmpty()) {
        ArrayNode unsupported = answer.putArray("unsupported");
        pod.unsupported().forEach(unsupported::add);
      }
      answers.add(answer);
    }
    if (format == Format.JSON) {
      out.println(
          (answers.size() == 1 ? answers.get(0) : mapper.createArrayNode().addAll(answers))
              .toPrettyString());
    }
    out.flush();
  }

  private static IncomingPod incoming(HasMetadata object, ClusterInput cluster) {
    String namespace = object.getMetadata().getNamespace();
    if (object instanceof Deployment deployment) {
      return IncomingPod.admitted(
          deployment.getSpec().getTemplate(), namespace, cluster.admission(namespace));
    }
    Pod pod = (Pod) object;
    if (pod.getMetadata().getUid() == null) {
      return IncomingPod.admitted(pod, cluster.admission(namespace));
    }
    // It comes from an API server; where it runs or is nominated already it does not stand in its
    // own way.
    cluster.model().removePod(namespace, pod.getMetadata().getName());
    return IncomingPod.asStored(pod);
  }
}
