package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.devcluster.CommandResult;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.OperatorExtension;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without pods: a ColocatedCache that asks for no pairs is answered at once. */
@ExtendWith({DevclusterExtension.class, OperatorExtension.class})
@DisplayName("The operator is nobody's ladder:")
final class SecurityIT {
  private static final String SENTENCE =
      "a ColocatedCache becomes Deployments: to create or change one, %s needs to be allowed to"
          + " create deployments.apps in the namespace %s";

  private Devcluster cluster;
  private RunningOperator operator;
  private String namespace;

  @BeforeEach
  void prepare(Devcluster cluster, RunningOperator operator, TestNamespace namespace) {
    this.cluster = cluster;
    this.operator = operator;
    this.namespace = namespace.name();
    // Has the roles for ColocatedCaches, and none for Deployments.
    bind("ann", "colocatedcache-view");
    bind("ann", "colocatedcache-edit");
    bind("bob", "edit");
    // A new policy is in force after a moment.
    settles(() -> assertThat(apply("ann", paused("probe"), "--dry-run=server").ok()).isFalse());
  }

  private static PairManifest paused(String name) {
    return PairManifest.named(name).replicas(0);
  }

  @Test
  @DisplayName("only who may create Deployments creates ColocatedCaches")
  void create() {
    CommandResult ann = apply("ann", paused("shop"));

    assertThat(ann.ok()).isFalse();
    assertThat(ann.err()).contains(SENTENCE.formatted("ann", namespace));
    assertThat(apply("bob", paused("shop")).ok()).isTrue();
  }

  @Test
  @DisplayName("who may not can scale and delete, and change what makes no pods, and nothing else")
  void change() {
    apply("bob", paused("shop")).orFail();

    assertThat(as("ann", "label", "ccache/shop", "team=shop").orFail()).contains("labeled");
    assertThat(as("ann", "scale", "ccache/shop", "--replicas=1").orFail()).contains("scaled");
    assertThat(as("ann", "scale", "ccache/shop", "--replicas=0").orFail()).contains("scaled");
    String patch = "{\"spec\":{\"cache\":{\"ports\":[]}}}";
    for (CommandResult refused :
        List.of(
            as("ann", "annotate", "ccache/shop", "colocatedcache.dev/adopt=true"),
            as("ann", "patch", "ccache/shop", "--type=merge", "-p", patch))) {
      assertThat(refused.ok()).isFalse();
      assertThat(refused.err()).contains(SENTENCE.formatted("ann", namespace));
    }
    assertThat(as("ann", "delete", "ccache/shop").orFail()).contains("deleted");
  }

  @Test
  @DisplayName("pods under a service account are for those who may create pods")
  void serviceAccount() {
    annMayDeploy();
    PairManifest builder =
        paused("shop").with("/spec/cache/template/spec/serviceAccountName", "builder");

    CommandResult refused = apply("ann", builder, "--dry-run=server");
    assertThat(refused.ok()).isFalse();
    assertThat(refused.err())
        .contains(
            "the pods run as the service account builder: to ask for that, ann needs to be allowed"
                + " to create pods in the namespace "
                + namespace);
    assertThat(
            apply(
                    "ann",
                    paused("shop").with("/spec/service/template/spec/serviceAccountName", "null"),
                    "--dry-run=server")
                .ok())
        .isTrue();
    grant("podder", "create", "pods");
    settles(() -> assertThat(apply("ann", builder, "--dry-run=server").ok()).isTrue());
  }

  @Test
  @DisplayName("what exists is taken over for those who may change it")
  void adoption() {
    annMayDeploy();
    PairManifest adopting =
        paused("shop").with("/metadata/annotations", "{colocatedcache.dev/adopt: \"true\"}");

    for (String kind : List.of("deployments.apps", "services", "poddisruptionbudgets.policy")) {
      CommandResult refused = apply("ann", adopting, "--dry-run=server");
      assertThat(refused.ok()).as("without patch of %s", kind).isFalse();
      assertThat(refused.err())
          .contains(
              "to ask for that, ann needs to be allowed to patch deployments.apps, services and"
                  + " poddisruptionbudgets.policy in the namespace "
                  + namespace);
      grant("patcher-" + kind, "patch", kind);
      settles(() -> assertThat(as("ann", "auth", "can-i", "patch", kind).ok()).isTrue());
    }
    settles(() -> assertThat(apply("ann", adopting, "--dry-run=server").ok()).isTrue());
    assertThat(apply("bob", adopting).ok()).isTrue();
  }

  /** Grants it, and waits until it is in force. */
  private void annMayDeploy() {
    grant("deployer", "create", "deployments.apps");
    settles(() -> assertThat(apply("ann", paused("shop"), "--dry-run=server").ok()).isTrue());
  }

  private void grant(String role, String verb, String resource) {
    kubectl("create", "role", role, "--verb=" + verb, "--resource=" + resource).orFail();
    kubectl("create", "rolebinding", role, "--role=" + role, "--user=ann").orFail();
  }

  @ParameterizedTest
  @CsvSource({"background, false", "foreground, false", "orphan, true"})
  @DisplayName("whatever is deleted goes as it was asked to, with the policy in force")
  void deletion(String cascade, boolean childrenStay, KubernetesClient client) {
    apply("bob", paused("shop")).orFail();
    ObservedPairs pairs = new ObservedPairs(client, namespace, "shop");
    settles(() -> assertThat(deployments(client)).hasSize(2));

    assertThat(as("bob", "delete", "ccache/shop", "--cascade=" + cascade, "--timeout=60s").orFail())
        .contains("deleted");
    settles(
        () -> {
          assertThat(pairs.resource()).isNull();
          assertThat(deployments(client)).hasSize(childrenStay ? 2 : 0);
          assertThat(deployments(client))
              .allSatisfy(one -> assertThat(one.getMetadata().getOwnerReferences()).isEmpty());
        });
  }

  @Test
  @DisplayName("view, edit and admin of the cluster are so of ColocatedCaches")
  void aggregated() {
    bind("vic", "view");
    bind("ada", "admin");
    bind("eve", "colocatedcache-edit");

    settles(
        () -> {
          assertThat(may("vic", "get", "")).isTrue();
          assertThat(may("vic", "watch", "")).isTrue();
          assertThat(may("bob", "create", "")).isTrue();
          assertThat(may("eve", "watch", "")).isTrue();
          assertThat(may("ada", "update", "finalizers")).isTrue();
        });
    assertThat(may("vic", "create", "")).isFalse();
    assertThat(may("vic", "patch", "scale")).isFalse();
    for (String verb : List.of("get", "list", "patch", "update", "delete", "deletecollection")) {
      assertThat(may("bob", verb, "")).as(verb).isTrue();
      assertThat(may("ada", verb, "")).as(verb).isTrue();
    }
    assertThat(may("bob", "patch", "scale")).isTrue();
    assertThat(may("bob", "update", "finalizers")).isFalse();
    assertThat(may("ada", "patch", "status")).isFalse();
  }

  @Test
  @DisplayName("the metrics tell nothing of what a spec says")
  void metrics(KubernetesClient client) {
    PairManifest secretive =
        paused("shop")
            .with("/metadata/annotations", "{note: hush-annotation}")
            .with("/spec/service/template/metadata", "{labels: {tier: hush-label}}")
            .with(
                "/spec/service/template/spec/containers/0/env", "[{name: TOKEN, value: hush-env}]")
            .with("/spec/cache/template/spec/containers/0/args", "[--requirepass, hush-argument]")
            .with("/spec/cache/template/spec/containers/0/image", "hush.example.com/redis:7");
    apply("bob", secretive).orFail();
    settles(() -> assertThat(deployments(client)).hasSize(2));

    assertThat(operator.get("/metrics").body()).contains("colocatedcache_").doesNotContain("hush");
    assertThat(operator.log()).doesNotContain("hush");
  }

  private List<Deployment> deployments(KubernetesClient client) {
    return client.apps().deployments().inNamespace(namespace).list().getItems();
  }

  private void bind(String user, String role) {
    kubectl("create", "rolebinding", user + "-" + role, "--clusterrole=" + role, "--user=" + user)
        .orFail();
  }

  private boolean may(String user, String verb, String subresource) {
    return as(
            user,
            "auth",
            "can-i",
            verb,
            "colocatedcaches.colocatedcache.dev",
            "--subresource=" + subresource)
        .ok();
  }

  private CommandResult apply(String user, PairManifest manifest, String... more) {
    return cluster
        .kubectl()
        .runWithInput(
            manifest.yaml(),
            Stream.concat(
                    Stream.of("-n", namespace, "--as=" + user, "create", "-f-"), Stream.of(more))
                .toArray(String[]::new));
  }

  private CommandResult as(String user, String... arguments) {
    return kubectl(
        Stream.concat(Stream.of("--as=" + user), Stream.of(arguments)).toArray(String[]::new));
  }

  private CommandResult kubectl(String... arguments) {
    return cluster.kubectl(
        Stream.concat(Stream.of("-n", namespace), Stream.of(arguments)).toArray(String[]::new));
  }
}
