package dev.colocatedcache.cli;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.ops.ApiWrites;
import dev.colocatedcache.ops.FencedHttpClient;
import dev.colocatedcache.ops.HeldThreads;
import dev.colocatedcache.ops.LeaderElection;
import dev.colocatedcache.ops.LeaseFence;
import dev.colocatedcache.ops.Logs;
import dev.colocatedcache.ops.OperatorMeters;
import dev.colocatedcache.ops.OpsServer;
import dev.colocatedcache.ops.ReconcileMetrics;
import dev.colocatedcache.ops.Tenure;
import dev.colocatedcache.reconcile.Announcer;
import dev.colocatedcache.reconcile.ColocatedCacheReconciler;
import dev.colocatedcache.reconcile.OwnStatus;
import dev.colocatedcache.reconcile.child.ChildWriter;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.processing.Controller;
import io.javaoperatorsdk.operator.processing.event.source.controller.ControllerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the operator until it is told to stop. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Runs the operator until it gets SIGTERM or SIGINT.",
      "Inside a cluster it uses the pod's service account; elsewhere the kubeconfig that the"
          + " environment variable KUBECONFIG names, or ~/.kube/config.",
      "Every option below can be set by an environment variable too, COLOCATEDCACHE_ followed by its"
          + " name in capitals with _ for -, as in COLOCATEDCACHE_LOG_LEVEL=debug, or in the file of"
          + " --config. The command line counts most, then the environment, then the file."
    })
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
  private static final Duration MAX_RETRY_INTERVAL = Duration.ofSeconds(30);
  private static final Duration INITIAL_RETRY_INTERVAL = Duration.ofMillis(500);
  private static final int MAX_PORT = 65_535;
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Duration SETTINGS_AGAIN = Duration.ofSeconds(2);
  private static final Duration FINISH = Duration.ofSeconds(10);

  @Option(
      names = Settings.FILE,
      paramLabel = "FILE",
      description =
          "Take settings from this YAML file: keys are the options below without their dashes, as in"
              + " 'log-level: debug'.")
  private Path config;

  @Option(
      names = "--namespaces",
      split = ",",
      paramLabel = "NAMESPACE",
      showDefaultValue = Help.Visibility.NEVER,
      description =
          "Watch ColocatedCaches and their children in these namespaces only. Nodes, pods and"
              + " namespaces are watched everywhere all the same, for every pod takes room."
              + " By default all namespaces.")
  private Set<String> namespaces = Set.of();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Serve /healthz, /readyz and /metrics on this port, 0 for any free one.")
  private int port;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "8",
      description = "Reconcile at most N ColocatedCaches at a time.")
  private int threads;

  @Option(
      names = "--sync-timeout",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description =
          "At the start, wait so long for each list of objects. What cannot be listed by then is"
              + " tried on and on, and ColocatedCaches say in their status what is missing.")
  private Duration syncTimeout;

  @Mixin private LogOptions log;

  @Mixin private LeaderElectionOptions leaderElection;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException, IOException {
    checkOptions();
    Logs logs = new Logs();
    log.apply(logs);
    ApiServerConnection connection = ApiServerConnection.ofEnvironment();
    Tenure tenure = new Tenure(leaderElection.renewDeadline());
    BooleanSupplier leads = () -> !leaderElection.enabled() || tenure.holds();
    OperatorMeters meters = new OperatorMeters(new Main.Version().getVersion()[0], leads);
    KubernetesClient client = client(connection.config(), tenure, meters);
    HeldThreads reconcilers = new HeldThreads(threads);
    LeaderElection.Terms terms =
        leaderElection.enabled() ? leaderElection.terms(client.getNamespace()) : null;
    ClusterView cluster = new ClusterView(client, Labels.ROLE, Clock.systemUTC());
    Operator operator =
        new Operator(
            overrider ->
                overrider
                    .withKubernetesClient(client)
                    .withCloseClientOnStop(true)
                    .withMetrics(new ReconcileMetrics(meters.registry()))
                    // Tells our own last write from an older state that an informer brings late.
                    .withParseResourceVersions(true)
                    .withExecutorService(reconcilers)
                    .withReconciliationTerminationTimeout(FINISH)
                    // A permission that is missing today may be there tomorrow.
                    .withStopOnInformerErrorDuringStartup(false)
                    .withCacheSyncTimeout(syncTimeout));
    AtomicBoolean started = new AtomicBoolean();
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicReference<LeaderElection> election = new AtomicReference<>();
    // Who stands by is Ready as well: it is up to date and could take over at once.
    Supplier<String> notReady =
        () ->
            Stream.of(
                    connection.trouble(),
                    cluster.synced() ? "" : cluster.trouble(),
                    started.get() ? "" : "starting",
                    election.get() == null ? "" : election.get().trouble())
                .filter(Predicate.not(String::isEmpty))
                .findFirst()
                .orElse("");
    try (OpsServer ops = listen(notReady, meters.registry())) {
      LOG.info("probes and metrics on port {}", ops.port());
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stop(operator, election, stopped), "shutdown"));
      if (!connection.await(stopped)) {
        return ExitCode.OK;
      }
      nameMissingPermissions(client, terms);
      ControllerEventSource<ColocatedCache> all = register(operator, cluster, client, meters);
      operator.start();
      // Told by the one that acts alone, or sums over all replicas would be wrong.
      meters.tell(() -> leads.getAsBoolean() ? all.list() : Stream.empty());
      if (terms == null) {
        reconcilers.letGo();
      } else {
        election.set(
            new LeaderElection(
                connection.config(), terms, tenure, reconcilers::letGo, RunCommand::end));
        election.get().start();
      }
      started.set(true);
      watchSettings(logs);
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
    if (syncTimeout.toMillis() < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--sync-timeout is " + DurationConverter.text(syncTimeout) + ": give 1ms or more");
    }
    if (threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads is " + threads + ": give 1 or more");
    }
    leaderElection.check();
    log.check();
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

  /** Where a leader is elected, it writes nothing without the lease. */
  private KubernetesClient client(Config config, Tenure tenure, OperatorMeters meters) {
    KubernetesClientBuilder builder = new KubernetesClientBuilder().withConfig(config);
    ApiWrites counter = new ApiWrites(meters.registry());
    if (leaderElection.enabled()) {
      builder.withHttpClientFactory(FencedHttpClient.factory(tenure, RunCommand::end));
    }
    return builder
        .withHttpClientBuilderConsumer(
            http -> {
              if (leaderElection.enabled()) {
                http.addOrReplaceInterceptor("lease-fence", new LeaseFence(tenure));
              }
              http.addOrReplaceInterceptor("api-writes", counter);
            })
        .build();
  }

  private void nameMissingPermissions(KubernetesClient client, LeaderElection.Terms election) {
    try {
      new Permissions(client)
          .missing(namespaces, election == null ? null : election.namespace())
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

  /** A level that the command line or the environment gives is not the file's to change. */
  private void watchSettings(Logs logs) {
    boolean given =
        spec.commandLine().getParseResult().hasMatchedOption(LogOptions.LEVEL)
            || System.getenv(Settings.variable(LogOptions.LEVEL)) != null;
    if (config == null || given) {
      return;
    }
    Collection<String> keys = Settings.keys(spec.commandLine());
    SettingsWatch watch = new SettingsWatch(config, keys, Settings.read(config, keys), logs);
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(SETTINGS_AGAIN.toMillis());
                  watch.run();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "settings");
    thread.setDaemon(true);
    thread.start();
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

  /** All ColocatedCaches, once the operator is started. */
  private ControllerEventSource<ColocatedCache> register(
      Operator operator, ClusterView cluster, KubernetesClient client, OperatorMeters meters) {
    Announcer announcer =
        new Announcer(client, Clock.systemUTC(), ManagementFactory.getRuntimeMXBean().getName());
    RegisteredController<ColocatedCache> registered =
        operator.register(
            new ColocatedCacheReconciler(
                cluster, announcer, Clock.systemUTC(), syncTimeout, meters::timeEvaluation),
            controller -> {
              controller
                  .withName("colocatedcache")
                  .withFieldManager(ChildWriter.FIELD_MANAGER)
                  // An annotation lets a child be adopted, and annotations do not raise the
                  // generation.
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
    return ((Controller<ColocatedCache>) registered)
        .getEventSourceManager()
        .getControllerEventSource();
  }

  private static void stop(
      Operator operator, AtomicReference<LeaderElection> election, CountDownLatch stopped) {
    LOG.info("stopping");
    // The Lease is given back when nothing is being written any more.
    operator.stop();
    if (election.get() != null) {
      election.get().close();
    }
    stopped.countDown();
  }

  /** Ends on the spot: what is under way is another's business by now. */
  private static void end(String why) {
    LOG.error("not the leader any more, and ending so that no two write: {}", why);
    Runtime.getRuntime().halt(ExitCode.SOFTWARE);
  }
}
