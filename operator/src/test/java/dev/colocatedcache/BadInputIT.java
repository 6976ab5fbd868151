package dev.colocatedcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.DryRun;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a schema or a rule can see is refused before it is stored, with what to change. */
@ExtendWith(DevclusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("Refused at apply, with what to change:")
final class BadInputIT {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final String LONG = "a23456789-".repeat(6) + "a234";

  /** What comes before each of the server's refusals, and what comes after some. */
  private static final String PREFIX =
      "^ColocatedCache\\.colocatedcache\\.dev \"[^\"]*\" is invalid: ";

  private static final String NOT_EVERYTHING_CHECKED =
      ", <nil>: Invalid value: null: some validation rules were not checked because the object was"
          + " invalid; correct the existing errors to complete validation";

  private final String good =
      """
      apiVersion: colocatedcache.dev/v1alpha1
      kind: ColocatedCache
      metadata: {name: shop}
      spec:
        replicas: 2
        service:
          template:
            metadata: {labels: {team: a}}
            spec:
              containers:
              - {name: app, image: shop, ports: [{containerPort: 80}]}
        cache:
          template:
            spec:
              containers:
              - {name: redis, image: redis}
      """;

  private DryRun dryRun;
  private String namespace;
  private boolean newest;

  /**
   * One thing that is wrong.
   *
   * @param what in a few words
   * @param path of the field, as a JSON pointer
   * @param value as YAML
   * @param refusal in full, but for the name of the object
   */
  private record Row(String what, String path, String value, String refusal) {
    @Override
    public String toString() {
      return what;
    }
  }

  static List<Row> rows() {
    return List.of(
        new Row(
            "negative replicas",
            "/spec/replicas",
            "-1",
            "[spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or"
                + " equal to 0, .spec.replicas: Invalid value: -1: should be a non-negative integer,"
                + " spec.replicas: Invalid value: spec.replicas is below spec.minReplicas: raise"
                + " replicas, lower minReplicas, or set replicas to 0 to run no pair]"),
        new Row(
            "replicas above 0 and below minReplicas",
            "/spec/minReplicas",
            "3",
            "spec.replicas: Invalid value: spec.replicas is below spec.minReplicas: raise replicas,"
                + " lower minReplicas, or set replicas to 0 to run no pair"),
        new Row(
            "more replicas than a number can hold",
            "/spec/replicas",
            "3000000000",
            "[<nil>: Invalid value: \"\": Checked value must be of type integer with "
                + "format int32 in spec.replicas, .spec.replicas: Invalid value: 3000000000: "
                + "should be less than or equal to 2147483647]"),
        new Row(
            "negative minReplicas",
            "/spec/minReplicas",
            "-1",
            "spec.minReplicas: Invalid value: -1: spec.minReplicas in body should be greater than or"
                + " equal to 0"),
        new Row(
            "half a pair",
            "/spec/replicas",
            "1.5",
            "[spec.replicas: Invalid value: \"float64\": spec.replicas in body must be of "
                + "type int32: \"float64\", <nil>: Invalid value: \"\": Checked value must be of "
                + "type integer with format int32 in spec.replicas, .spec.replicas: Invalid "
                + "value: 0: .spec.replicas accessor error: 1.5 is of the type float64, expected "
                + "int64]"),
        new Row(
            "one name for both roles",
            "/spec/cache/name",
            "shop",
            "spec: Invalid value: service and cache would have the same name: set spec.service.name"
                + " and spec.cache.name to different names"),
        new Row(
            "the other role's default name",
            "/spec/service/name",
            "shop-cache",
            "spec: Invalid value: service and cache would have the same name: set spec.service.name"
                + " and spec.cache.name to different names"),
        new Row(
            "a name of more than 63 characters",
            "/spec/service/name",
            LONG,
            "[spec.service.name: Too long: may not be more than 63 bytes]"),
        new Row(
            "a ColocatedCache's name of more than 63 characters",
            "/metadata/name",
            LONG,
            "<nil>: Invalid value: metadata.name is longer than 63 characters, more than the label"
                + " app.kubernetes.io/instance can hold: choose a shorter name"),
        new Row(
            "a default name of more than 63 characters",
            "/metadata/name",
            LONG.substring(0, 59),
            "spec.cache: Invalid value: the cache's default name, <metadata.name>-cache, would be"
                + " longer than 63 characters: set spec.cache.name"),
        new Row(
            "a name that no Service can have",
            "/metadata/name",
            "shop.example.com",
            "<nil>: Invalid value: metadata.name becomes the name of Deployments and Services and a"
                + " label's value: use lower case letters, digits and '-', starting with a letter"
                + " and ending with a letter or digit"),
        new Row(
            "a name that starts with a digit",
            "/spec/cache/name",
            "1st-cache",
            "spec.cache.name: Invalid value: \"1st-cache\": it names a Deployment and a "
                + "Service: use lower case letters, digits and '-', starting with a letter and "
                + "ending with a letter or digit"),
        new Row(
            "an anchor that there is not",
            "/spec/placement",
            "{anchor: Both}",
            "[spec.placement.anchor: Unsupported value: \"Both\": supported values: "
                + "\"Cache\", \"Service\"]"),
        new Row(
            "a topology key that is none",
            "/spec/placement",
            "{topologyKey: the node}",
            "spec.placement.topologyKey: Invalid value: \"the node\": not a label's key: "
                + "name the label that nodes carry, such as kubernetes.io/hostname or "
                + "topology.kubernetes.io/zone"),
        new Row(
            "traffic to a zone where pairs share a node",
            "/spec/traffic",
            "{policy: PreferSameZone}",
            "spec.traffic: Invalid value: pairs share a node (spec.placement.topologyKey): set"
                + " spec.traffic.policy to PreferSameNode, SameNode or Cluster"),
        new Row("no cache", "/spec/cache", "null", "[spec.cache: Required value]"),
        new Row(
            "no template", "/spec/cache", "{name: redis}", "[spec.cache.template: Required value]"),
        new Row(
            "no containers",
            "/spec/service/template/spec/containers",
            "[]",
            "spec.service.template.spec.containers: Invalid value: 0: "
                + "spec.service.template.spec.containers in body should have at least 1 items"),
        new Row(
            "a container without an image",
            "/spec/service/template/spec/containers/0",
            "{name: app}",
            "[spec.service.template.spec.containers[0].image: Required value]"),
        new Row(
            "a container without a name",
            "/spec/service/template/spec/containers/0",
            "{image: app}",
            "[spec.service.template.spec.containers[0].name: Required value]"),
        new Row(
            "two containers of one name",
            "/spec/service/template/spec/initContainers",
            "[{name: a, image: a}, {name: a, image: b}]",
            "spec.service.template.spec.initContainers[1]: Duplicate value: " + "{\"name\":\"a\"}"),
        new Row(
            "an invalid image name",
            "/spec/service/template/spec/containers/0/image",
            "Shop:latest",
            "spec.service.template.spec.containers[0].image: Invalid value: "
                + "\"Shop:latest\": not a reference to an image: write "
                + "[registry/]name[:tag][@digest], without spaces, the name in lower case"),
        new Row(
            "an image name with a space at its end",
            "/spec/service/template/spec/containers/0/image",
            "'shop:latest '",
            "spec.service.template.spec.containers[0].image: Invalid value: \"shop:latest "
                + "\": not a reference to an image: write [registry/]name[:tag][@digest], "
                + "without spaces, the name in lower case"),
        new Row(
            "an environment variable that is set twice",
            "/spec/service/template/spec/containers/0/env",
            "[{name: MODE, value: a}, {name: MODE, value: b}]",
            "spec.service.template.spec.containers[0].env[1]: Duplicate value: "
                + "{\"name\":\"MODE\"}"),
        new Row(
            "a port that there is not",
            "/spec/service/template/spec/containers/0/ports",
            "[{containerPort: 80000}]",
            "spec.service.template.spec.containers[0].ports[0].containerPort: Invalid "
                + "value: 80000: spec.service.template.spec.containers[0].ports[0].containerPort "
                + "in body should be less than or equal to 65535"),
        new Row(
            "a quantity that is none",
            "/spec/service/template/spec/containers/0/resources",
            "{requests: {memory: 1GB}}",
            "spec.service.template.spec.containers[0].resources.requests.memory: Invalid "
                + "value: \"1GB\": "
                + "spec.service.template.spec.containers[0].resources.requests.memory in body "
                + "should match "
                + "'^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$'"),
        new Row(
            "a typo",
            "/spec/service/template/spec/containers/0/imagPullPolicy",
            "Always",
            "ColocatedCache in version \"v1alpha1\" cannot be handled as a ColocatedCache: "
                + "strict decoding error: unknown field "
                + "\"spec.service.template.spec.containers[0].imagPullPolicy\""),
        new Row(
            "a typo of ours",
            "/spec/placement",
            "{topologyKeys: [zone]}",
            "ColocatedCache in version \"v1alpha1\" cannot be handled as a ColocatedCache: "
                + "strict decoding error: unknown field \"spec.placement.topologyKeys\""),
        new Row(
            "a number where Kubernetes wants text",
            "/spec/service/template/spec/containers/0/env",
            "[{name: PORT, value: 80}]",
            "[spec.service.template.spec.containers[0].env[0].value: Invalid value: "
                + "\"integer\": spec.service.template.spec.containers[0].env[0].value in body "
                + "must be of type string: \"integer\"]"),
        new Row(
            "pods that end",
            "/spec/service/template/spec/restartPolicy",
            "OnFailure",
            "spec.service.template.spec.restartPolicy: Invalid value: \"OnFailure\": a Deployment's"
                + " pods run for ever: remove it, or set it to Always"),
        new Row(
            "pods that end after a while",
            "/spec/service/template/spec/activeDeadlineSeconds",
            "60",
            "spec.service.template.spec: Invalid value: activeDeadlineSeconds ends a pod "
                + "for good, and a Deployment's pods run for ever: remove it"),
        new Row(
            "an ephemeral container",
            "/spec/service/template/spec/ephemeralContainers",
            "[{name: debug, image: busybox}]",
            "[spec.service.template.spec.ephemeralContainers: Too many: 1: must have at "
                + "most 0 items]"),
        new Row(
            "a label's value that is none",
            "/spec/service/template/metadata/labels/team",
            "team a",
            "spec.service.template.metadata.labels.team: Invalid value: \"team a\": "
                + "spec.service.template.metadata.labels.team in body should match "
                + "'^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'"),
        new Row(
            "another instance in a label",
            "/spec/service/template/metadata/labels",
            "{app.kubernetes.io/instance: checkout}",
            "spec.service.template: Invalid value: the label app.kubernetes.io/instance of "
                + "spec.service.template is the ColocatedCache's name: remove it, or set it to "
                + "metadata.name"),
        new Row(
            "the other role in a label",
            "/spec/service/template/metadata/labels",
            "{colocatedcache.dev/role: cache}",
            "spec.service.template: Invalid value: the operator sets the label "
                + "colocatedcache.dev/role of spec.service.template to service: remove it from "
                + "the template"),
        new Row(
            "one component for both roles",
            "/spec/service/template/metadata/labels",
            "{app.kubernetes.io/component: cache}",
            "spec: Invalid value: service and cache would carry the same label "
                + "app.kubernetes.io/component: give the two templates different values, or "
                + "leave the label out"),
        new Row(
            "a Service's ports without names",
            "/spec/service/ports",
            "[{port: 80}, {port: 81}]",
            "spec.service.ports: Invalid value: a Service with several ports tells them "
                + "apart by name: give each port one"),
        new Row(
            "a node port of a Service that has none",
            "/spec/service/ports",
            "[{port: 80, nodePort: 30080}]",
            "spec.service.ports[0]: Invalid value: the Services are of type ClusterIP and "
                + "have no node port: remove nodePort, and add a Service of your own where one "
                + "is needed"),
        new Row(
            "a Service's port without a number",
            "/spec/service/ports",
            "[{name: http}]",
            "[spec.service.ports[0].port: Required value]"));
  }

  @BeforeAll
  void install(Devcluster cluster, KubernetesClient client, TestNamespace own)
      throws JsonProcessingException {
    cluster.kubectl("apply", "-k", "../crd").orFail();
    dryRun = new DryRun(client);
    namespace = own.name();
    newest = KubernetesVersion.parse(cluster.kubernetesVersion()).atLeast(1, 36);
    dryRun.awaitTaken(changed("/metadata/name", "shop"));
  }

  @AfterAll
  void close() {
    dryRun.close();
  }

  @Test
  @DisplayName("nothing, where nothing is wrong")
  void good() throws JsonProcessingException {
    assertThat(dryRun.create(changed("/metadata/name", "shop")).refusal()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void refused(Row row) throws JsonProcessingException {
    ObjectNode wrong = changed(row.path(), row.value());
    String said = said(dryRun.create(wrong).refusal());
    if (newest) {
      assertThat(said).isEqualTo(row.refusal());
    } else {
      assertThat(said).contains(sentence(row.refusal()));
    }
    assertThat(dryRun.apply(wrong).taken()).as("a server-side apply is not stricter").isFalse();
  }

  /**
   * What to change. Around it an older API server has other words: the type of the value instead of
   * the value, and fewer of its own checks.
   */
  private static String sentence(String refusal) {
    return refusal
        .replaceFirst(".*Invalid value: (\"[^\"]*\"|-?[0-9.]+): ", "")
        .replaceFirst(".*Invalid value: ", "")
        .replaceFirst("]$", "");
  }

  private static String said(String refusal) {
    return refusal.replaceAll(PREFIX, "").replace(NOT_EVERYTHING_CHECKED, "");
  }

  private ObjectNode changed(String path, String value) throws JsonProcessingException {
    ObjectNode changed = (ObjectNode) YAML.readTree(good);
    ((ObjectNode) changed.get("metadata")).put("namespace", namespace);
    JsonNode owner = changed.at(path.substring(0, path.lastIndexOf('/')));
    String field = path.substring(path.lastIndexOf('/') + 1);
    JsonNode node = YAML.readTree(value);
    if (owner instanceof ObjectNode object) {
      object.set(field, node);
    } else {
      ((ArrayNode) owner).set(Integer.parseInt(field), node);
    }
    return changed;
  }
}
