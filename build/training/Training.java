import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.JksOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The run that an AOT cache (JEP 483, JEP 514) is made from: starts the operator, by the command in the
 * arguments after {@code --}, against a stand-in for an API server, and ends it when it has looked after
 * every ColocatedCache of the samples before {@code --}. The first argument is the definition of
 * ColocatedCaches, for its defaults.
 *
 * <p>The stand-in has a few nodes and the samples, takes whatever is written, and tells those who watch. No
 * pod ever comes, and no test should trust it: what the operator does is of no interest here, only which
 * classes it uses on the way, from TLS to a status.
 *
 * <pre>java -cp colocatedcache-operator.jar Training.java DEFINITION samples/a.yaml… -- java -XX:AOTCacheOutput=… -jar … run</pre>
 */
final class Training {
  private static final String PASSWORD = "training";
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Pattern PORT = Pattern.compile("probes and metrics on port (\\d+)");
  private static final Pattern RESOURCE =
      Pattern.compile("/(?:api|apis/[^/]+)/[^/]+(?:/namespaces/(?<namespace>[^/]+)(?=/))?/(?<plural>[^/]+)(?:/(?<name>[^/]+)(?:/(?<sub>[^/]+))?)?");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** By plural, then by namespace and name. */
  private final Map<String, Map<String, ObjectNode>> objects = new LinkedHashMap<>();

  private final Map<String, List<ServerWebSocket>> watches = new LinkedHashMap<>();
  private int version = 1;

  public static void main(String[] arguments) throws Exception {
    List<String> all = Arrays.asList(arguments);
    int end = all.indexOf("--");
    if (end < 2 || end == all.size() - 1) {
      throw new IllegalArgumentException("usage: Training.java DEFINITION SAMPLE… -- COMMAND…");
    }
    JsonNode schema = YAML.readTree(Path.of(all.get(0)).toFile()).at("/spec/versions/0/schema/openAPIV3Schema");
    Path work = Files.createTempDirectory("training");
    Training training = new Training();
    for (int i = 1; i <= 6; i++) {
      training.put("nodes", node("node-" + i));
    }
    for (String sample : all.subList(1, end)) {
      ObjectNode pair = (ObjectNode) YAML.readTree(Path.of(sample).toFile());
      fillIn(pair.withObject("/spec"), schema.at("/properties/spec"));
      training.put("colocatedcaches", pair);
    }
    Vertx vertx = Vertx.vertx();
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(new JksOptions().setPath(keystore(work).toString()).setPassword(PASSWORD)))
            .requestHandler(training::answer)
            .webSocketHandler(training::watch)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    try {
      run(training, all.subList(end + 1, all.size()), server.actualPort(), work);
    } finally {
      vertx.close();
    }
  }

  private static void run(Training training, List<String> command, int port, Path work)
      throws IOException, InterruptedException {
    Path log = work.resolve("log");
    Path kubeconfig = Files.writeString(work.resolve("kubeconfig"), kubeconfig(port, work));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    Process operator = builder.start();
    try {
      Instant deadline = Instant.now().plus(PATIENCE);
      while (!(training.lookedAfterAll() && scraped(Files.readString(log)))) {
        if (!operator.isAlive() || Instant.now().isAfter(deadline)) {
          throw new IllegalStateException("the operator did not look after the samples:\n" + Files.readString(log));
        }
        Thread.sleep(200);
      }
      operator.destroy(); // SIGTERM: the cache is written on the way out
      if (!operator.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the operator did not end:\n" + Files.readString(log));
      }
    } finally {
      operator.destroyForcibly();
    }
  }

  /** What a kubelet and a Prometheus ask for is part of the run. */
  private static boolean scraped(String log) throws InterruptedException {
    Matcher port = PORT.matcher(log);
    if (!port.find()) {
      return false;
    }
    try {
      HttpClient client = HttpClient.newHttpClient();
      for (String path : List.of("/healthz", "/readyz", "/metrics")) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.group(1) + path)).build();
        if (client.send(request, BodyHandlers.discarding()).statusCode() != 200) {
          return false;
        }
      }
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private synchronized boolean lookedAfterAll() {
    return objects.get("colocatedcaches").values().stream()
        .allMatch(pair -> pair.path("status").path("conditions").size() > 0);
  }

  private synchronized void watch(ServerWebSocket socket) {
    Matcher path = RESOURCE.matcher(socket.path());
    if (path.matches()) {
      watches.computeIfAbsent(path.group("plural"), plural -> new ArrayList<>()).add(socket);
    }
  }

  private void answer(HttpServerRequest request) {
    request.body().onSuccess(body -> {
      try {
        answer(request, body);
      } catch (IOException | RuntimeException failure) {
        reply(request, 400, status(400, String.valueOf(failure.getMessage())));
      }
    });
  }

  private synchronized void answer(HttpServerRequest request, Buffer body) throws IOException {
    Matcher path = RESOURCE.matcher(request.path());
    if (request.path().equals("/version")) {
      reply(request, 200, JSON.createObjectNode().put("major", "1").put("minor", "36").put("gitVersion", "v1.36.1"));
    } else if (!path.matches()) {
      reply(request, 404, status(404, "not found"));
    } else if (request.method().name().equals("GET")) {
      read(request, path);
    } else {
      ObjectNode written = (ObjectNode) YAML.readTree(body.getBytes());
      String plural = path.group("plural");
      ObjectNode stored = path.group("name") == null ? null : objects(plural).get(key(path.group("namespace"), path.group("name")));
      if (path.group("sub") != null && stored != null && written.has("status")) {
        stored.set("status", written.get("status"));
        written = stored;
      }
      if (plural.equals("selfsubjectaccessreviews")) {
        written.putObject("status").put("allowed", true);
      } else {
        put(plural, written);
      }
      reply(request, request.method().name().equals("POST") ? 201 : 200, written);
    }
  }

  private void read(HttpServerRequest request, Matcher path) {
    Map<String, ObjectNode> known = objects(path.group("plural"));
    if (path.group("name") != null) {
      ObjectNode found = known.get(key(path.group("namespace"), path.group("name")));
      reply(request, found == null ? 404 : 200, found == null ? status(404, "not found") : found);
      return;
    }
    ObjectNode list = JSON.createObjectNode().put("kind", "List").put("apiVersion", "v1");
    list.putObject("metadata").put("resourceVersion", String.valueOf(version));
    ArrayNode items = list.putArray("items");
    known.values().forEach(items::add);
    reply(request, 200, list);
  }

  /** The defaults of the definition, as a server fills them in. */
  private static void fillIn(ObjectNode object, JsonNode schema) {
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              if (property.getValue().has("default") && !object.has(property.getKey())) {
                object.set(property.getKey(), property.getValue().get("default").deepCopy());
              }
              if (object.get(property.getKey()) instanceof ObjectNode child) {
                fillIn(child, property.getValue());
              }
            });
  }

  /** Stores an object with what a server fills in, and tells those who watch its kind. */
  private synchronized void put(String plural, ObjectNode object) throws IOException {
    ObjectNode metadata = object.withObject("/metadata");
    boolean isNew = !metadata.has("uid");
    if (isNew) {
      metadata.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", Instant.now().toString()).put("generation", 1);
    }
    metadata.put("resourceVersion", String.valueOf(++version));
    objects(plural).put(key(metadata.path("namespace").textValue(), metadata.path("name").asText()), object);
    ObjectNode event = JSON.createObjectNode().put("type", isNew ? "ADDED" : "MODIFIED");
    event.set("object", object);
    String text = JSON.writeValueAsString(event);
    watches.getOrDefault(plural, List.of()).stream()
        .filter(socket -> !socket.isClosed())
        .forEach(socket -> socket.writeTextMessage(text));
  }

  private Map<String, ObjectNode> objects(String plural) {
    return objects.computeIfAbsent(plural, unseen -> new LinkedHashMap<>());
  }

  private static String key(String namespace, String name) {
    return (namespace == null ? "" : namespace + "/") + name;
  }

  private static void reply(HttpServerRequest request, int code, JsonNode body) {
    request.response().setStatusCode(code).putHeader("Content-Type", "application/json").end(body.toString());
  }

  private static ObjectNode status(int code, String message) {
    return JSON.createObjectNode().put("kind", "Status").put("apiVersion", "v1").put("status", "Failure").put("code", code).put("message", message);
  }

  private static ObjectNode node(String name) throws IOException {
    return (ObjectNode) YAML.readTree(
        """
        apiVersion: v1
        kind: Node
        metadata: {name: NAME, labels: {kubernetes.io/hostname: NAME}}
        spec: {}
        status:
          allocatable: {cpu: "4", memory: 8Gi, pods: "110"}
          capacity: {cpu: "4", memory: 8Gi, pods: "110"}
          conditions: [{type: Ready, status: "True"}]
        """.replace("NAME", name));
  }

  private static Path keystore(Path work) throws IOException, InterruptedException {
    Path store = work.resolve("keystore.jks");
    keytool("-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=training", "-ext", "SAN=IP:127.0.0.1",
        "-storetype", "JKS", "-keypass", PASSWORD, "-keystore", store.toString());
    keytool("-exportcert", "-rfc", "-alias", "server", "-file", work.resolve("ca.crt").toString(), "-keystore", store.toString());
    return store;
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes());
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + said);
    }
  }

  private static String kubeconfig(int port, Path work) {
    return """
        apiVersion: v1
        kind: Config
        current-context: training
        contexts: [{name: training, context: {cluster: training, user: training}}]
        clusters: [{name: training, cluster: {server: "https://127.0.0.1:%d", certificate-authority: "%s"}}]
        users: [{name: training, user: {token: training}}]
        """.formatted(port, work.resolve("ca.crt"));
  }
}
