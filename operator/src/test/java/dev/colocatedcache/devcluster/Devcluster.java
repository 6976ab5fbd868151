package dev.colocatedcache.devcluster;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A cluster that runs, for tests: clients under any account, and nodes that come, go and change.
 *
 * <p>The shared cluster has no nodes of its own: a test asks for {@link TestNodes}.
 */
public final class Devcluster implements AutoCloseable {
  private static final Duration NODE_READY_LIMIT = Duration.ofSeconds(60);
  private static final long TOKEN_SECONDS = 6 * 3600;

  private final DevclusterProcess process;
  private final Path scratch;
  private final Config adminConfig;
  private final KubernetesClient admin;
  private final Kubectl adminKubectl;
  private final List<Closeable> attached = new CopyOnWriteArrayList<>();

  Devcluster(DevclusterProcess process) throws IOException {
    this.process = process;
    scratch = Files.createTempDirectory("devcluster-");
    adminConfig = Config.fromKubeconfig(Files.readString(process.kubeconfig()));
    admin = new KubernetesClientBuilder().withConfig(adminConfig).build();
    adminKubectl = kubectlAs(process.kubeconfig());
  }

  /** A client that may do everything. It is closed with the cluster. */
  public KubernetesClient client() {
    return admin;
  }

  /** The kubeconfig of the account that may do everything. */
  public Path kubeconfig() {
    return process.kubeconfig();
  }

  /** The address of the API server, as in {@code https://127.0.0.1:12345}. */
  public String server() {
    return adminConfig.getMasterUrl();
  }

  /** The version that runs, as in {@code v1.36.3}. */
  public String kubernetesVersion() {
    return admin.getKubernetesVersion().getGitVersion();
  }

  /**
   * The audit log: one JSON event a line, for all requests of all users.
   *
   * @throws IllegalStateException if {@link OwnDevcluster#audit()} did without it
   */
  public Path auditLog() {
    Path log = process.kubeconfig().resolveSibling("audit.log");
    if (!Files.exists(log)) {
      throw new IllegalStateException("there is none: @OwnDevcluster(audit = false)");
    }
    return log;
  }

  /** The log of a component, as in {@code kube-scheduler}. */
  public Path log(String component) {
    return process.kubeconfig().resolveSibling("logs").resolve(component + ".log");
  }

  /**
   * A client with a real token of a service account, so that it may do what RBAC gives that account
   * and nothing else. The account has to exist. The caller closes the client.
   */
  public KubernetesClient clientFor(String namespace, String serviceAccount) {
    return new KubernetesClientBuilder().withConfig(configFor(namespace, serviceAccount)).build();
  }

  /** The configuration of {@link #clientFor(String, String)}. */
  public Config configFor(String namespace, String serviceAccount) {
    return new ConfigBuilder(Config.empty())
        .withMasterUrl(adminConfig.getMasterUrl())
        .withCaCertData(adminConfig.getCaCertData())
        .withOauthToken(tokenFor(namespace, serviceAccount))
        .withNamespace(namespace)
        .build();
  }

  /** Writes a kubeconfig with a real token of a service account; it is removed with the cluster. */
  public Path kubeconfigFor(String namespace, String serviceAccount) {
    String context = serviceAccount + "@devcluster";
    Map<String, Object> config =
        Map.of(
            "apiVersion",
            "v1",
            "kind",
            "Config",
            "clusters",
            List.of(
                Map.of(
                    "name",
                    "devcluster",
                    "cluster",
                    Map.of(
                        "server",
                        adminConfig.getMasterUrl(),
                        "certificate-authority-data",
                        adminConfig.getCaCertData()))),
            "users",
            List.of(
                Map.of(
                    "name",
                    serviceAccount,
                    "user",
                    Map.of("token", tokenFor(namespace, serviceAccount)))),
            "contexts",
            List.of(
                Map.of(
                    "name",
                    context,
                    "context",
                    Map.of(
                        "cluster", "devcluster", "user", serviceAccount, "namespace", namespace))),
            "current-context",
            context);
    try {
      Path file = Files.createTempFile(scratch, serviceAccount + "-", ".kubeconfig");
      Files.writeString(file, Serialization.asYaml(config));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A token as the API server issues it to the pods of a service account; it is good for six hours.
   */
  public String tokenFor(String namespace, String serviceAccount) {
    TokenRequest request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withExpirationSeconds(TOKEN_SECONDS)
            .endSpec()
            .build();
    return admin
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(serviceAccount)
        .tokenRequest(request)
        .getStatus()
        .getToken();
  }

  /** Runs kubectl under the account that may do everything. */
  public CommandResult kubectl(String... args) {
    return adminKubectl.run(args);
  }

  /** The kubectl of the account that may do everything. */
  public Kubectl kubectl() {
    return adminKubectl;
  }

  /**
   * The kubectl under another kubeconfig, as {@link #kubeconfigFor(String, String)} writes them.
   */
  public Kubectl kubectlAs(Path kubeconfig) {
    return new Kubectl(process.kubectl(), kubeconfig, scratch);
  }

  /** A namespace whose name begins with {@code prefix}; the caller closes it. */
  public TestNamespace namespace(String prefix) {
    return TestNamespace.create(admin, prefix);
  }

  /**
   * Nodes that nobody else's pods go to, of which there are none yet; the caller closes them.
   *
   * @param id no other nodes' of this cluster
   */
  public TestNodes nodes(String id) {
    return new TestNodes(this, id);
  }

  /** Adds a node and waits until the scheduler may use it (or could, where it is cordoned). */
  public Node addNode(NodeSpec spec) {
    admin.nodes().resource(spec.toNode()).create();
    return await("node " + spec.name() + " is Ready")
        .atMost(NODE_READY_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> admin.nodes().withName(spec.name()).get(), Devcluster::isReady);
  }

  private static boolean isReady(Node node) {
    return node != null
        && node.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"))
        && node.getSpec().getTaints().stream()
            .noneMatch(taint -> taint.getKey().equals("node.kubernetes.io/not-ready"));
  }

  /**
   * Deletes a node as a cluster autoscaler does once it is empty. Pods that are still on it are
   * gone with its kubelet; the API server keeps them until the controller manager collects them,
   * within a minute.
   */
  public void deleteNode(String name) {
    admin.nodes().withName(name).delete();
  }

  /** Deletes a node and, at once and by force, the pods on it: a machine that was taken away. */
  public void deleteNodeAndPods(String name) {
    deleteNode(name);
    admin.pods().inAnyNamespace().withField("spec.nodeName", name).withGracePeriod(0).delete();
  }

  /** Marks a node unschedulable; what runs on it goes on. */
  public void cordon(String name) {
    patchNode(name, Map.of("spec", Map.of("unschedulable", true)));
  }

  /** Takes {@link #cordon(String)} back. */
  public void uncordon(String name) {
    patchNode(name, Map.of("spec", Map.of("unschedulable", false)));
  }

  /** Cordons a node and evicts its pods, as {@code kubectl drain} does; budgets are honoured. */
  public CommandResult drain(String name) {
    return kubectl(
        "drain", name, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=120s");
  }

  /** Adds a taint, or changes the one with this key and effect. */
  public void taint(String name, String key, String value, String effect) {
    kubectl("taint", "node", name, key + "=" + value + ":" + effect, "--overwrite").orFail();
  }

  /** Removes all taints with this key. */
  public void untaint(String name, String key) {
    kubectl("taint", "node", name, key + "-").orFail();
  }

  /** Sets labels of a node. */
  public void relabel(String name, Map<String, String> labels) {
    patchNode(name, Map.of("metadata", Map.of("labels", labels)));
  }

  /** Removes a label of a node. */
  public void unlabel(String name, String key) {
    Map<String, String> labels = new HashMap<>();
    labels.put(key, null);
    patchNode(name, Map.of("metadata", Map.of("labels", labels)));
  }

  /**
   * Changes how much of some resources the node has to give, for example {@code cpu} to {@code 2}.
   */
  public void resize(String name, Map<String, String> allocatable) {
    admin
        .nodes()
        .withName(name)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            Serialization.asJson(
                Map.of("status", Map.of("allocatable", allocatable, "capacity", allocatable))));
  }

  /** Has the node's kubelet report itself not Ready, or Ready again. */
  public void setNotReady(String name, boolean notReady) {
    Map<String, String> annotations = new HashMap<>();
    annotations.put("devcluster.colocatedcache.dev/not-ready", notReady ? "true" : null);
    patchNode(name, Map.of("metadata", Map.of("annotations", annotations)));
  }

  private void patchNode(String name, Map<String, Object> patch) {
    admin.nodes().withName(name).patch(PatchContext.of(PatchType.JSON_MERGE), json(patch));
  }

  private static String json(Map<String, Object> patch) {
    try {
      // Not the client's own serialization: it leaves out the nulls that remove a field.
      return new ObjectMapper().writeValueAsString(patch);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A directory for what a test writes; it is removed with the cluster. */
  public Path scratch() {
    return scratch;
  }

  /** Has {@code resource} closed before the cluster ends. */
  public void attach(Closeable resource) {
    attached.add(resource);
  }

  @Override
  public void close() throws IOException {
    for (Closeable resource : attached) {
      resource.close();
    }
    admin.close();
    process.close();
    try (var files = Files.walk(scratch)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
