package dev.colocatedcache.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.Verdict;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cli.Plan.Placement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A plan for programs: JSON, and the same as YAML. */
final class PlanJson {
  private final ObjectMapper mapper = new ObjectMapper();

  /** The plan as indented JSON, ended by a line break. */
  String json(Plan plan) {
    return tree(plan).toPrettyString() + "\n";
  }

  /** The plan as a YAML document. */
  String yaml(Plan plan) {
    try {
      return YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build()
          .writeValueAsString(tree(plan));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private ObjectNode tree(Plan plan) {
    ObjectNode root = mapper.createObjectNode();
    ArrayNode all = root.putArray("colocatedCaches");
    plan.colocatedCaches().forEach(placement -> all.add(tree(placement)));
    root.put("nodes", plan.nodes().size());
    texts(root.putArray("changes"), plan.changes());
    texts(root.putArray("notes"), plan.notes());
    return root;
  }

  private ObjectNode tree(Placement placement) {
    ObjectNode node = mapper.createObjectNode();
    node.put("namespace", placement.namespace());
    node.put("name", placement.name());
    node.put("requested", placement.capacity().requested());
    node.put("granted", placement.capacity().granted());
    node.put("eligible", placement.capacity().eligible());
    node.put("message", placement.capacity().message());
    node.put("anchor", placement.anchor().value());
    node.put("topologyKey", placement.capacity().topologyKey());
    ArrayNode pairs = node.putArray("pairs");
    placement.pairs().forEach(pair -> pairs.add(tree(placement, pair)));
    ArrayNode rejected = node.putArray("rejected");
    placement
        .evaluation()
        .rejected()
        .forEach(rejection -> rejected.add(tree(placement, rejection)));
    texts(node.putArray("strandingNodes"), placement.evaluation().strandingNodes());
    texts(node.putArray("misplacedAnchors"), placement.evaluation().misplacedAnchors());
    texts(node.putArray("notes"), placement.notes());
    return node;
  }

  private ObjectNode tree(Placement placement, Pair pair) {
    return mapper
        .createObjectNode()
        .put("domain", pair.domain())
        .put("anchorNode", pair.anchorNode())
        .put("followerNode", pair.followerNode())
        .put("serviceNode", placement.node(pair, Role.SERVICE))
        .put("cacheNode", placement.node(pair, Role.CACHE))
        .put("running", pair.retained());
  }

  private ObjectNode tree(Placement placement, NodeRejection rejection) {
    ObjectNode node =
        mapper
            .createObjectNode()
            .put("node", rejection.node())
            .put("role", placement.rejectedRole(rejection));
    texts(node.putArray("alone"), placement.rejectedAlone(rejection));
    node.put("plugin", rejection.plugin());
    texts(node.putArray("reasons"), rejection.reasons());
    node.put(
        "code",
        rejection.code() == Verdict.Code.UNSCHEDULABLE
            ? "Unschedulable"
            : "UnschedulableAndUnresolvable");
    return node;
  }

  private static void texts(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }
}
