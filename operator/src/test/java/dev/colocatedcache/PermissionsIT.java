package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Takes each permission that deploy/ gives away in turn, and gives it back. One that nothing asks
 * for would be found here too: nothing would name it.
 */
@ExtendWith(DevclusterExtension.class)
@OwnDevcluster(nodes = 2)
@Order(5)
@DisplayName("Without one permission, the operator names it, lives on, and works once it has it:")
final class PermissionsIT {
  /**
   * Only an admission plugin asks for it, which is on in some clusters: see deploy/base/rbac.yaml.
   */
  private static final String FOR_ADMISSION = "colocatedcaches/finalizers";

  /** What a node autoscaler brings along. */
  private static final String CAPACITY_BUFFERS = "src/test/resources/capacitybuffers.yaml";

  private static final Set<String> OF_CAPACITY = Set.of("podtemplates", "capacitybuffers");

  private Devcluster cluster;
  private KubernetesClient client;
  private RunningOperator operator;
  private String namespace;
  private List<ClusterRole> whole;
  private ObservedPairs checkout;

  private record Permission(String group, String resource, String verb) {
    /** As the API server words its refusal. */
    String refusal() {
      return "cannot %s resource \"%s\" in API group \"%s\"".formatted(verb, resource, group);
    }

    /** What informers do is asked for at the start: a watch that is open stays open. */
    boolean isOfInformers() {
      return verb.equals("list") || verb.equals("watch");
    }

    PolicyRule rule() {
      return new PolicyRuleBuilder()
          .withApiGroups(group)
          .withResources(resource)
          .withVerbs(verb)
          .build();
    }

    @Override
    public String toString() {
      return verb + " " + resource;
    }
  }

  @TestFactory
  Stream<DynamicTest> each(Devcluster cluster, TestNamespace namespace) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.namespace = namespace.name();
    operator = RunningOperator.install(cluster, "--sync-timeout", "1");
    cluster.attach(operator);
    whole =
        client.rbac().clusterRoles().list().getItems().stream()
            .filter(
                role -> role.getMetadata().getName().startsWith(RunningOperator.SERVICE_ACCOUNT))
            .toList();
    cluster.kubectl("apply", "-f", CAPACITY_BUFFERS).orFail();
    checkout = PairManifest.named("checkout").apply(cluster, this.namespace);
    checkout.awaitPairs(2);
    List<Permission> permissions =
        permissions().filter(one -> !one.resource().equals(FOR_ADMISSION)).toList();
    assertThat(permissions).doesNotHaveDuplicates().hasSizeGreaterThan(30);
    return permissions.stream()
        .map(
            permission ->
                DynamicTest.dynamicTest(permission.toString(), () -> without(permission)));
  }

  private void without(Permission permission) {
    try {
      if (permission.isOfInformers()) {
        whileItStarts(permission);
      } else {
        whileItRuns(permission);
      }
    } finally {
      grant(all -> true);
    }
  }

  private void whileItStarts(Permission permission) {
    Set<String> running = uids();
    take(permission);
    operator.kill();
    int before = operator.log().length();
    operator.startWithoutWaiting();
    settles(
        () ->
            assertThat(operator.log().substring(before))
                .contains("a permission is missing: the operator " + permission.refusal())
                .contains("watching all namespaces"));
    assertLivesOn(before);
    assertThat(uids()).as("what runs goes on running").isEqualTo(running);

    giveBack(permission);
    settles(() -> assertThat(operator.get("/readyz").statusCode()).isEqualTo(200));
    int other = checkout.resource().getSpec().replicas() == 2 ? 1 : 2;
    scale(other);
    settles(
        () -> {
          assertThat(checkout.status().requestedReplicas()).isEqualTo(other);
          assertThat(checkout.is("Ready")).isEqualTo("True");
        });
  }

  private void whileItRuns(Permission permission) {
    ObservedPairs concerned = concernedBy(permission);
    scale(2);
    checkout.awaitPairs(2);
    take(permission);
    int before = operator.log().length();
    provoke(permission, concerned);
    settles(
        () ->
            assertThat(conditions(concerned) + operator.log().substring(before))
                .contains(permission.refusal()));
    assertLivesOn(before);

    giveBack(permission);
    // It tries again by itself, every 15 s; an annotation wakes it at once.
    kubectl("annotate", "ccache/" + concerned.name(), "--overwrite", "noted=" + permission.verb());
    settles(
        () -> {
          assertThat(concerned.is("Stalled")).isEqualTo("absent");
          assertThat(concerned.is("Reconciling")).isEqualTo("absent");
          assertThat(concerned.is("Ready")).isEqualTo("True");
          assertThat(concerned.status().requestedReplicas())
              .isEqualTo(concerned.resource().getSpec().replicas());
        });
    if (!concerned.equals(checkout)) {
      kubectl("delete", "ccache/" + concerned.name());
    }
  }

  /**
   * Children are read, created and patched for a new ColocatedCache; the rest for one that runs.
   */
  private ObservedPairs concernedBy(Permission permission) {
    boolean ofChildren =
        Set.of("deployments", "services", "poddisruptionbudgets").contains(permission.resource())
            || OF_CAPACITY.contains(permission.resource());
    return ofChildren && !permission.verb().equals("delete")
        ? new ObservedPairs(client, namespace, permission.resource() + "-" + permission.verb())
        : checkout;
  }

  /** Has the operator do what it needs the permission for. */
  private void provoke(Permission permission, ObservedPairs concerned) {
    switch (permission.toString()) {
      case "patch colocatedcaches/status", "create events" -> scale(5);
      case "get pods", "patch pods" -> scale(1);
      case "create pods" ->
          patch("{service: {template: {spec: {terminationGracePeriodSeconds: 7}}}}");
      case "patch pods/status" -> patch("{traffic: {requireLocalCache: true}}");
      case "patch replicasets" -> {
        kubectl(
            "annotate",
            "rs",
            "--all",
            "--overwrite",
            "deployment.kubernetes.io/desired-replicas=9");
        patch("{service: {template: {spec: {terminationGracePeriodSeconds: 9}}}}");
      }
      case "delete services" -> patch("{cache: {ports: []}}");
      case "delete poddisruptionbudgets" -> patch("{disruptionBudget: {mode: None}}");
      case "delete podtemplates", "delete capacitybuffers" -> {
        // The buffer that is to go has to be there first, and so has the permission.
        giveBack(permission);
        patch("{replicas: 3, capacity: {policy: RequestNodes}}");
        settles(() -> assertThat(buffers()).isNotEmpty());
        take(permission);
        patch("{replicas: 2, capacity: {policy: Cap}}");
      }
      case "create pods/eviction" -> {
        // The other node is free, and there the next cache goes, without its service.
        scale(1);
        checkout.awaitPairs(1);
        kubectl("delete", "pods", "--wait=false", "-l", "colocatedcache.dev/role=cache");
      }
      case "get podtemplates",
          "create podtemplates",
          "patch podtemplates",
          "get capacitybuffers",
          "create capacitybuffers",
          "patch capacitybuffers" ->
          PairManifest.named(concerned.name())
              .replicas(3)
              .with("/spec/capacity/policy", "RequestNodes")
              .apply(cluster, namespace);
      default -> {
        assertThat(concerned).as("say what needs: " + permission).isNotEqualTo(checkout);
        PairManifest.named(concerned.name()).replicas(1).apply(cluster, namespace);
      }
    }
  }

  private void assertLivesOn(int since) {
    assertThat(operator.isRunning()).isTrue();
    assertThat(operator.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(operator.log().substring(since)).doesNotContain("\tat ");
  }

  private String buffers() {
    return cluster.kubectl("-n", namespace, "get", "capacitybuffers", "-o", "name").orFail();
  }

  private static String conditions(ObservedPairs pairs) {
    return pairs.resource().getStatus() == null
        ? ""
        : pairs.status().conditions().stream()
            .map(Condition::getMessage)
            .collect(Collectors.joining("\n"));
  }

  private Set<String> uids() {
    return checkout.pods().stream()
        .map(pod -> pod.getMetadata())
        .filter(metadata -> metadata.getDeletionTimestamp() == null)
        .map(metadata -> metadata.getUid())
        .collect(Collectors.toSet());
  }

  private Stream<Permission> permissions() {
    return whole.stream().flatMap(PermissionsIT::permissions);
  }

  private static Stream<Permission> permissions(ClusterRole role) {
    return role.getRules().stream()
        .flatMap(
            rule ->
                rule.getResources().stream()
                    .flatMap(
                        resource ->
                            rule.getVerbs().stream()
                                .map(
                                    verb ->
                                        new Permission(
                                            rule.getApiGroups().get(0), resource, verb))));
  }

  private void take(Permission permission) {
    grant(other -> !other.equals(permission));
    settles(() -> assertThat(isAllowed(permission)).isFalse());
  }

  private void giveBack(Permission permission) {
    grant(all -> true);
    settles(() -> assertThat(isAllowed(permission)).isTrue());
  }

  /** Each role as it was, with those of its permissions only. */
  private void grant(Predicate<Permission> granted) {
    for (ClusterRole role : whole) {
      client
          .rbac()
          .clusterRoles()
          .resource(
              new ClusterRoleBuilder()
                  .withNewMetadata()
                  .withName(role.getMetadata().getName())
                  .endMetadata()
                  .withRules(permissions(role).filter(granted).map(Permission::rule).toList())
                  .build())
          .update();
    }
  }

  private boolean isAllowed(Permission permission) {
    String[] resource = permission.resource().split("/", -1);
    SubjectAccessReview review =
        new SubjectAccessReviewBuilder()
            .withNewSpec()
            .withUser(
                "system:serviceaccount:%s:%s"
                    .formatted(RunningOperator.NAMESPACE, RunningOperator.SERVICE_ACCOUNT))
            .withNewResourceAttributes()
            .withNamespace(namespace)
            .withGroup(permission.group())
            .withResource(resource[0])
            .withSubresource(resource.length > 1 ? resource[1] : "")
            .withVerb(permission.verb())
            .endResourceAttributes()
            .endSpec()
            .build();
    return client
        .authorization()
        .v1()
        .subjectAccessReview()
        .create(review)
        .getStatus()
        .getAllowed();
  }

  private void scale(int replicas) {
    kubectl("scale", "ccache/checkout", "--replicas=" + replicas);
  }

  private void patch(String spec) {
    String patch = Yaml.read("{spec: " + spec + "}", JsonNode.class).toString();
    kubectl("patch", "ccache/checkout", "--type=merge", "-p", patch);
  }

  private void kubectl(String... arguments) {
    cluster
        .kubectl(
            Stream.concat(Stream.of("-n", namespace), Stream.of(arguments)).toArray(String[]::new))
        .orFail();
  }
}
