package dev.colocatedcache.testing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.devcluster.Devcluster;
import io.fabric8.kubernetes.client.Config;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The operator as it is shipped: the runnable jar in a process of its own, under the service
 * account that deploy/ gives it and no other.
 */
public final class RunningOperator implements Closeable {
  /** Where deploy/ installs the operator. */
  public static final String NAMESPACE = "colocatedcache-system";

  /** The account that deploy/ gives the operator. */
  public static final String SERVICE_ACCOUNT = "colocatedcache-operator";

  private static final Path JAR = Path.of("target", "colocatedcache-operator.jar").toAbsolutePath();
  private static final Duration START = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("metrics on port (\\d+)");

  private final Devcluster cluster;
  private final String namespace;
  private final Path log;
  private final List<String> arguments;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;
  private String credential;
  private int port;

  private RunningOperator(Devcluster cluster, String namespace, Path log, List<String> arguments) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.log = log;
    this.arguments = List.copyOf(arguments);
  }

  /** Installs deploy/ and starts the operator, and waits until it is ready. */
  public static RunningOperator install(Devcluster cluster, String... arguments) {
    installDeploy(cluster);
    RunningOperator operator = stopped(cluster, arguments);
    operator.start();
    return operator;
  }

  /**
   * Applies deploy/ but for the pod of the operator, which no kubelet would run here: the process
   * that this class starts is in its place.
   */
  public static void installDeploy(Devcluster cluster) {
    cluster.kubectl("apply", "-k", "../deploy").orFail();
    cluster
        .kubectl("-n", NAMESPACE, "scale", "deployment", SERVICE_ACCOUNT, "--replicas=0")
        .orFail();
  }

  /** An operator that has not been started. */
  public static RunningOperator stopped(Devcluster cluster, String... arguments) {
    return stoppedIn(NAMESPACE, cluster, arguments);
  }

  /** An operator that has not been started, whose account is in another namespace than usual. */
  public static RunningOperator stoppedIn(
      String namespace, Devcluster cluster, String... arguments) {
    AuditedPermissions.recordWhenItEnds(cluster);
    try {
      Path directory = Files.createDirectories(Path.of("target", "it-logs"));
      return new RunningOperator(
          cluster,
          namespace,
          Files.createTempFile(directory, "operator-", ".log"),
          List.of(arguments));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and waits until it says that it is ready. */
  public void start() {
    startWithoutWaiting();
    await("the operator is ready, see " + log)
        .atMost(START)
        .until(() -> get("/readyz").statusCode() == 200);
  }

  /** Starts it and waits only until it answers on its port. */
  public void startWithoutWaiting() {
    long alreadyLogged = size();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx384m"));
    command.addAll(List.of("-jar", JAR.toString(), "run", "--port", "0"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Path kubeconfig = cluster.kubeconfigFor(namespace, SERVICE_ACCOUNT);
    credential = credential(kubeconfig);
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    port =
        await("the operator listens, see " + log)
            .atMost(START)
            .until(
                () -> {
                  Matcher matcher = PORT.matcher(log().substring((int) alreadyLogged));
                  return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
                },
                found -> found > 0);
  }

  /** SIGKILL: it gets no chance to finish anything. */
  public void kill() {
    process.destroyForcibly();
    join();
  }

  /** SIGTERM, and waits for its end; the exit code. */
  public int stop() {
    process.destroy();
    join();
    return process.exitValue();
  }

  /** SIGSTOP: none of its threads goes on, and its connections stay open. */
  public void pause() {
    signal("STOP");
  }

  /** SIGCONT: it goes on in the middle of whatever it was doing. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int exit =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      if (exit != 0) {
        throw new IllegalStateException("kill -" + name + " ended with " + exit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits for its end, which comes by itself; the exit code. */
  public int awaitEnd() {
    join();
    return process.exitValue();
  }

  /** What the audit log calls the token that it was started with the last time. */
  public String credential() {
    return credential;
  }

  private static String credential(Path kubeconfig) {
    String token = Config.fromKubeconfig(kubeconfig.toFile()).getAutoOAuthToken();
    String claims =
        new String(
            Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8);
    return "JTI=" + Yaml.read(claims, JsonNode.class).get("jti").asText();
  }

  /** Whether the process runs. */
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** All that it has logged, over all its starts. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often it has asked the API server to write since it was started, dry runs included. */
  public long apiWrites() {
    return sum("colocatedcache_api_writes_total");
  }

  /** How often it has reconciled a ColocatedCache since it was started. */
  public long reconciliations() {
    return sum("colocatedcache_reconciliations_total");
  }

  private long sum(String metric) {
    return Math.round(
        get("/metrics")
            .body()
            .lines()
            .filter(line -> line.startsWith(metric))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum());
  }

  /** What it answers on its probe and metrics port. */
  public HttpResponse<String> get(String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private long size() {
    return log().length();
  }

  private void join() {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the operator does not end, see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
