package dev.colocatedcache.cli;

import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.ops.ApiWrites;
import dev.colocatedcache.ops.OpsServer;
import dev.colocatedcache.ops.Reconciliations;
import dev.colocatedcache.reconcile.Announcer;
import dev.colocatedcache.reconcile.ColocatedCacheReconciler;
import dev.colocatedcache.reconcile.OwnStatus;
import dev.colocatedcache.reconcile.child.ChildWriter;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the operator until it is told to stop. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs the operator until it gets SIGTERM or SIGINT.",
      "Inside a cluster it uses the pod's service account; elsewhere the kubeconfig that the"
          + " environment variable KUBECONFIG names, or ~/.kube/config."
    })
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
  private static final Duration MAX_RETRY_INTERVAL = Duration.ofSeconds(30);
  private static final Duration INITIAL_RETRY_INTERVAL = Duration.ofMillis(500);
  private static final int MAX_PORT = 65_535;
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Duration FINISH = Duration.ofSeconds(10);

  @Option(
      names = "--namespaces",
      split = ",",
      paramLabel = "NAMESPACE",
      defaultValue = "${env:COLOCATEDCACHE_NAMESPACES}",
      description =
          "Watch ColocatedCaches and their children in these namespaces only. Nodes, pods and"
              + " namespaces are watched everywhere all the same, for every pod takes room."
              + " Default: all namespaces. Environment: COLOCATEDCACHE_NAMESPACES.")
  private Set<String> namespaces = Set.of();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "${env:COLOCATEDCACHE_PORT:-8080}",
      description =
          "Serve /healthz, /readyz and /metrics on this port, 0 for any free one. Default: 8080."
              + " Environment: COLOCATEDCACHE_PORT.")
  private int port;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "${env:COLOCATEDCACHE_THREADS:-8}",
      description =
          "Reconcile at most N ColocatedCaches at a time. Default: 8. Environment:"
              + " COLOCATEDCACHE_THREADS.")
  private int threads;

  @Option(
      names = "--sync-timeout",
      paramLabel = "SECONDS",
      defaultValue = "${env:COLOCATEDCACHE_SYNC_TIMEOUT:-15}",
      description =
          "At the start, wait so long for each list of objects. What cannot be listed by then is"
              + " tried on and on, and ColocatedCaches say in their status what is missing. Default:"
              + " 15. Environment: COLOCATEDCACHE_SYNC_TIMEOUT.")
  private int syncTimeout;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException, IOException {
    checkOptions();
    ApiServerConnection connection = ApiServerConnection.ofEnvironment();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(connection.config())
            .withHttpClientBuilderConsumer(
                http -> http.addOrReplaceInterceptor("api-writes", new ApiWrites(registry)))
            .build();
    ClusterView cluster = new ClusterView(client, Labels.ROLE, Clock.systemUTC());
    Operator operator =
        new Operator(
            overrider ->
                overrider
                    .withKubernetesClient(client)
                    .withCloseClientOnStop(true)
                    .withMetrics(new Reconciliations(registry))
                    // Tells our own last write from an older state that an informer brings late.
                    .withParseResourceVersions(true)
                    .withConcurrentReconciliationThreads(threads)
                    .withReconciliationTerminationTimeout(FINISH)
                    // A permission that is missing today may be there tomorrow.
                    .withStopOnInformerErrorDuringStartup(false)
                    .withCacheSyncTimeout(Duration.ofSeconds(syncTimeout)));
    AtomicBoolean started = new AtomicBoolean();
    CountDownLatch stopped = new CountDownLatch(1);
    Supplier<String> notReady =
        () -> {
          if (!connection.trouble().isEmpty()) {
            return connection.trouble();
          }
          return !cluster.synced() ? cluster.trouble() : started.get() ? "" : "starting";
        };
    try (OpsServer ops = listen(notReady, registry)) {
      LOG.info("probes and metrics on port {}", ops.port());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(operator, stopped), "shutdown"));
      if (!connection.await(stopped)) {
        return ExitCode.OK;
      }
      nameMissingPermissions(client);
      register(operator, cluster, client);
      operator.start();
      started.set(true);
      LOG.info(
          "watching {}",
          namespaces.isEmpty() ? "all namespaces" : "namespaces " + String.join(", ", namespaces));
      stopped.await();
    }
    return ExitCode.OK;
  }

  private void checkOptions() {
    if (port < 0 || port > MAX_PORT) {
      throw new ParameterException(
          spec.commandLine(), "--port is " + port + ": give one from 0 to " + MAX_PORT);
    }
    if (syncTimeout < 1) {
      throw new ParameterException(
          spec.commandLine(), "--sync-timeout is " + syncTimeout + ": give 1 or more");
    }
    if (threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads is " + threads + ": give 1 or more");
    }
    namespaces.stream()
        .filter(Predicate.not(NAMESPACE.asMatchPredicate()))
        .findFirst()
        .ifPresent(
            name -> {
              throw new ParameterException(
                  spec.commandLine(),
                  "--namespaces has '"
                      + name
                      + "': the name of a namespace has lower-case letters, digits and '-' only");
            });
  }

  private void nameMissingPermissions(KubernetesClient client) {
    try {
      new Permissions(client)
          .missing(namespaces)
          .forEach(
              missing ->
                  LOG.warn(
                      "a permission is missing: the operator {}; see deploy/base/rbac.yaml",
                      missing));
    } catch (KubernetesClientException e) {
      // Whoever may not even ask is told by what is refused later on.
      LOG.info("permissions are not known: {}", Refusals.message(e));
    }
  }

  private OpsServer listen(Supplier<String> notReady, PrometheusMeterRegistry registry)
      throws IOException {
    try {
      return new OpsServer(port, notReady, registry);
    } catch (BindException e) {
      throw new BadInputException(
          "port " + port + " is taken (" + e.getMessage() + "): choose another with --port");
    }
  }

  private void register(Operator operator, ClusterView cluster, KubernetesClient client) {
    Announcer announcer =
        new Announcer(client, Clock.systemUTC(), ManagementFactory.getRuntimeMXBean().getName());
    operator.register(
        new ColocatedCacheReconciler(
            cluster, announcer, Clock.systemUTC(), Duration.ofSeconds(syncTimeout)),
        controller -> {
          controller
              .withName("colocatedcache")
              .withFieldManager(ChildWriter.FIELD_MANAGER)
              // An annotation lets a child be adopted, and annotations do not raise the generation.
              .withGenerationAware(false)
              .withOnUpdateFilter(OwnStatus::concernsUs)
              .withRetry(
                  new GenericRetry()
                      .withoutMaxAttempts()
                      .setInitialInterval(INITIAL_RETRY_INTERVAL)
                      .setMaxInterval(MAX_RETRY_INTERVAL.toMillis()));
          if (!namespaces.isEmpty()) {
            controller.settingNamespaces(namespaces);
          }
        });
  }

  private static void stop(Operator operator, CountDownLatch stopped) {
    LOG.info("stopping");
    operator.stop();
    stopped.countDown();
  }
}
