package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.affinity.IncomingPod;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.NodeRejection.Role;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.cli.RecordedCases.RecordedCluster;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A recorded cluster, two of the pods that were asked about there made into the halves of a pair,
 * and what we say of such pairs.
 */
final class PairCase {
  private static final Path RECORDED =
      Path.of("..", "conformance", "data", "pairs", "v1.36.jsonl.gz");
  private static final String ROLE = "colocatedcache.dev/role";
  private static final String ANCHOR = "cache";
  private static final String FOLLOWER = "service";
  private static final String[] TOPOLOGY_KEYS = {
    "kubernetes.io/hostname", "topology.kubernetes.io/zone", "rack"
  };

  /** One recorded cluster in this many is taken. */
  private static final int ONE_IN = 5;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final RecordedCluster cluster;
  private final String topologyKey;
  private final Pod anchor;
  private final Pod follower;
  private final PairEvaluation evaluation;

  private PairCase(RecordedCluster cluster, int number) {
    this.cluster = cluster;
    this.topologyKey = TOPOLOGY_KEYS[number % TOPOLOGY_KEYS.length];
    int questions = cluster.questions().size();
    this.anchor = anchor(cluster.questions().get(number % questions).pod());
    this.follower = follower(cluster.questions().get((number + 1) % questions).pod());
    this.evaluation = evaluate();
  }

  static List<PairCase> all() throws IOException {
    List<RecordedCluster> clusters = RecordedCases.read().toList();
    List<PairCase> cases = new ArrayList<>();
    for (int i = 0; i < clusters.size(); i += ONE_IN) {
      cases.add(new PairCase(clusters.get(i), i / ONE_IN));
    }
    return cases;
  }

  private Pod anchor(Pod pod) {
    PodBuilder half = half(pod, ANCHOR);
    half.editSpec()
        .editOrNewAffinity()
        .editOrNewPodAntiAffinity()
        .addToRequiredDuringSchedulingIgnoredDuringExecution(apartFrom(ANCHOR))
        .endPodAntiAffinity()
        .endAffinity()
        .endSpec();
    return half.build();
  }

  private Pod follower(Pod pod) {
    PodBuilder half = half(pod, FOLLOWER);
    half.editSpec()
        .editOrNewAffinity()
        .editOrNewPodAntiAffinity()
        .addToRequiredDuringSchedulingIgnoredDuringExecution(apartFrom(FOLLOWER))
        .endPodAntiAffinity()
        .editOrNewPodAffinity()
        .addToRequiredDuringSchedulingIgnoredDuringExecution(apartFrom(ANCHOR))
        .endPodAffinity()
        .endAffinity()
        .endSpec();
    return half.build();
  }

  private static PodBuilder half(Pod pod, String role) {
    return new PodBuilder(pod)
        .editMetadata()
        .withName(role)
        .addToLabels(ROLE, role)
        .endMetadata()
        .editSpec()
        .withNodeName(null)
        .withSchedulingGates(List.of())
        .endSpec();
  }

  private PodAffinityTerm apartFrom(String role) {
    return new PodAffinityTermBuilder()
        .withTopologyKey(topologyKey)
        .withNewLabelSelector()
        .addToMatchLabels(ROLE, role)
        .endLabelSelector()
        .build();
  }

  private PairEvaluation evaluate() {
    ClusterInput input = new ClusterInput(KubernetesVersion.DEFAULT);
    cluster.nodes().forEach(input::add);
    cluster.pods().forEach(input::add);
    cluster.namespaces().forEach(input::add);
    return new Pairs(KubernetesVersion.DEFAULT)
        .evaluate(
            input.snapshot(),
            new PairRequest(
                anchor.getMetadata().getNamespace(),
                IncomingPod.asStored(polite(anchor)),
                IncomingPod.asStored(polite(follower)),
                "no-cache-runs",
                "no-service-runs",
                topologyKey,
                Integer.MAX_VALUE));
  }

  /** The scheduler was asked what its filters say, not whom it would preempt. */
  private static Pod polite(Pod pod) {
    return new PodBuilder(pod).editSpec().withPreemptionPolicy("Never").endSpec().build();
  }

  /** What is recorded: the pairs in their order, the nodes without one, where one may strand. */
  JsonNode outcome() {
    ObjectNode outcome = MAPPER.createObjectNode();
    ArrayNode pairs = outcome.putArray("pairs");
    for (Pair pair : evaluation.pairs()) {
      pairs.add(pair.domain() + " " + pair.anchorNode() + " " + pair.followerNode());
    }
    ArrayNode rejected = outcome.putArray("rejected");
    for (NodeRejection rejection : evaluation.rejected()) {
      rejected.add(rejection.node() + " " + rejection.role() + " " + verdict(rejection).toString());
    }
    outcome.set("stranding", MAPPER.valueToTree(evaluation.strandingNodes()));
    return outcome;
  }

  static List<JsonNode> confirmed() throws IOException {
    List<JsonNode> outcomes = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(RECORDED)), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        outcomes.add(MAPPER.readTree(line));
      }
    }
    return outcomes;
  }

  static void record(List<PairCase> cases) throws IOException {
    Files.createDirectories(RECORDED.getParent());
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(RECORDED))) {
      for (PairCase one : cases) {
        out.write((one.outcome() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** All that the scheduler is asked to confirm. */
  List<Claim> claims() {
    List<Claim> claims = new ArrayList<>();
    List<Step> granted = new ArrayList<>();
    for (Pair pair : evaluation.pairs()) {
      granted.add(new Step(ANCHOR, pair.anchorNode()));
      granted.add(new Step(FOLLOWER, pair.followerNode()));
    }
    if (!granted.isEmpty()) {
      claims.add(new Claim(granted, "all placed", PairCase::allPlaced));
    }
    for (NodeRejection rejection : evaluation.rejected()) {
      claims.addAll(claims(granted, rejection));
    }
    withoutPair()
        .forEach(
            (domain, nodes) -> {
              for (String anchorNode : nodes) {
                for (String followerNode : nodes) {
                  claims.add(
                      new Claim(
                          and(
                              granted,
                              new Step(ANCHOR, anchorNode),
                              new Step(FOLLOWER, followerNode)),
                          "no further pair in " + domain,
                          steps -> !fits(last(steps, 2)) || !fits(last(steps, 1))));
                }
              }
            });
    return claims;
  }

  private List<Claim> claims(List<Step> granted, NodeRejection rejection) {
    List<Claim> claims = new ArrayList<>();
    List<Step> further = and(granted, new Step(ANCHOR, rejection.node()));
    if (rejection.role() == Role.ANCHOR || rejection.role() == Role.BOTH) {
      claims.add(
          new Claim(further, rejection.toString(), steps -> says(last(steps, 1), rejection)));
    }
    if (rejection.role() == Role.BOTH) {
      claims.add(
          new Claim(
              and(granted, new Step(FOLLOWER, rejection.node())),
              rejection.toString(),
              steps -> says(last(steps, 1), rejection)));
    }
    if (rejection.role() == Role.PAIR || rejection.role() == Role.FOLLOWER) {
      claims.add(
          new Claim(
              and(further, new Step(FOLLOWER, rejection.node())),
              rejection.toString(),
              steps ->
                  fits(last(steps, 2)) && (isOurs(rejection) || says(last(steps, 1), rejection))));
    }
    return claims;
  }

  /** What no plugin says: the halves fit, but not as a pair, for the node is in no domain. */
  private static boolean isOurs(NodeRejection rejection) {
    return rejection.plugin().equals("PairTopology");
  }

  private static boolean allPlaced(JsonNode steps) {
    for (JsonNode step : steps) {
      if (!fits(step)) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(JsonNode step) {
    return step.get("fits").asBoolean();
  }

  private static JsonNode last(JsonNode steps, int fromEnd) {
    return steps.get(steps.size() - fromEnd);
  }

  private static boolean says(JsonNode step, NodeRejection rejection) {
    ObjectNode verdict = step.deepCopy();
    verdict.remove("node");
    return verdict.equals(verdict(rejection));
  }

  private static ObjectNode verdict(NodeRejection rejection) {
    ObjectNode verdict = MAPPER.createObjectNode().put("fits", false);
    verdict.put("plugin", rejection.plugin());
    verdict.set("reasons", MAPPER.valueToTree(rejection.reasons()));
    return verdict.put(
        "code",
        switch (rejection.code()) {
          case UNSCHEDULABLE -> "Unschedulable";
          case UNSCHEDULABLE_AND_UNRESOLVABLE -> "UnschedulableAndUnresolvable";
        });
  }

  private Map<String, List<String>> withoutPair() {
    Map<String, List<String>> domains =
        cluster.nodes().stream()
            .filter(node -> domain(node) != null)
            .collect(
                Collectors.groupingBy(
                    PairCase.this::domain,
                    TreeMap::new,
                    Collectors.mapping(node -> node.getMetadata().getName(), Collectors.toList())));
    evaluation.pairs().forEach(pair -> domains.remove(pair.domain()));
    return domains;
  }

  private String domain(Node node) {
    Map<String, String> labels = node.getMetadata().getLabels();
    return labels == null ? null : labels.get(topologyKey);
  }

  /** The question as {@code conformance place} takes it. */
  String line(Claim claim) {
    ObjectNode line = MAPPER.createObjectNode();
    line.put("id", claim.text);
    line.set("nodes", MAPPER.valueToTree(cluster.nodes()));
    line.set("pods", MAPPER.valueToTree(cluster.pods()));
    line.set("namespaces", MAPPER.valueToTree(cluster.namespaces()));
    ArrayNode sequence = line.putArray("sequence");
    for (Step step : claim.steps) {
      Pod pod = step.role.equals(ANCHOR) ? anchor : follower;
      ObjectNode made = sequence.addObject();
      made.set("pod", MAPPER.valueToTree(pod));
      ((ObjectNode) made.get("pod").get("metadata")).put("name", step.role + "-" + sequence.size());
      made.put("node", step.node);
    }
    return line.toString();
  }

  private static List<Step> and(List<Step> steps, Step... more) {
    List<Step> all = new ArrayList<>(steps);
    all.addAll(List.of(more));
    return all;
  }

  /** A pod of a role on a node. */
  private record Step(String role, String node) {}

  /** Tells from the verdicts on each step whether a claim holds. */
  private interface Confirmation {
    boolean by(JsonNode steps);
  }

  /** Something that the scheduler can confirm. */
  static final class Claim {
    private final List<Step> steps;
    private final String text;
    private final Confirmation confirmed;

    private Claim(List<Step> steps, String text, Confirmation confirmed) {
      this.steps = steps;
      this.text = text;
      this.confirmed = confirmed;
    }

    /** What the scheduler says instead, if it does. */
    Optional<String> contradiction(JsonNode answer) {
      JsonNode verdicts = answer.path("steps");
      boolean holds =
          !answer.has("error") && verdicts.size() == steps.size() && confirmed.by(verdicts);
      return holds
          ? Optional.empty()
          : Optional.of("%s: %s: the scheduler says %s".formatted(text, steps, answer));
    }
  }
}
