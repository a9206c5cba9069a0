package baedal.chart;

import com.google.gson.Gson;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/**
 * A stand-in for a Kubernetes API server, to which {@code helm install} connects. It says which
 * APIs it serves, and returns the objects that it was given. It stores only the release that Helm
 * records before it creates objects, and refuses everything else, so that an install ends there.
 *
 * <p>So a test sees what {@code helm template} of helm-java hides: hooks, notes, what a template
 * does when an API is served, and when {@code lookup} finds an object.
 */
final class Cluster implements AutoCloseable {

  static final String NAMESPACE = "baedal-test";

  private static final Gson GSON = new Gson();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Api> apis;
  private final Map<String, Object> objects = new TreeMap<>();
  private volatile Node release = new Node(null);

  static {
    // The server's responses would wait 40 ms for the acknowledgement of their headers.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private Cluster(List<Api> apis) {
    this.apis = apis;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  /** A Kubernetes without operators. */
  static Cluster plain() {
    return new Cluster(Api.ALL.stream().filter(api -> !api.custom()).toList());
  }

  /** A Kubernetes with all operators that the chart knows. */
  static Cluster withOperators() {
    return new Cluster(Api.ALL);
  }

  /** Lets the cluster have an object, as if an earlier install had created it. */
  Cluster with(Manifest manifest) {
    Map<String, Object> metadata = copy(manifest.at("metadata"));
    metadata.put("namespace", NAMESPACE);
    metadata.put(
        "annotations",
        Map.of(
            "meta.helm.sh/release-name",
            Rendering.RELEASE,
            "meta.helm.sh/release-namespace",
            NAMESPACE));
    Map<String, Object> stored = copy(manifest.root());
    stored.put("metadata", metadata);
    // The API server moves stringData to data.
    Map<String, Object> data = copy(manifest.at("data"));
    copy(manifest.at("stringData")).forEach((key, text) -> data.put(key, base64((String) text)));
    stored.remove("stringData");
    stored.put("data", data);
    Api api = Api.find(manifest.version(), manifest.kind()).orElseThrow();
    objects.put(folder(api) + "/" + manifest.name(), stored);
    return this;
  }

  private static Map<String, Object> copy(Node node) {
    Map<String, Object> copy = new LinkedHashMap<>();
    node.fields().forEach((key, field) -> copy.put(key, field.value()));
    return copy;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String folder(Api api) {
    return api.path() + "/namespaces/" + NAMESPACE + "/" + api.plural();
  }

  String kubeconfig() {
    return """
    apiVersion: v1
    kind: Config
    current-context: test
    clusters: [{name: test, cluster: {server: 'http://127.0.0.1:%d'}}]
    contexts: [{name: test, context: {cluster: test, user: test}}]
    users: [{name: test, user: {}}]
    """
        .formatted(server.getAddress().getPort());
  }

  /** The release that Helm recorded, if it came so far. */
  Optional<Node> release() {
    return Optional.of(release).filter(Node::isPresent);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] request = exchange.getRequestBody().readAllBytes();
    boolean reads = exchange.getRequestMethod().equals("GET");
    Object found = reads ? find(path) : null;
    if (exchange.getRequestMethod().equals("POST") && path.endsWith("/secrets")) {
      Optional<Node> recorded = recordedRelease(request);
      if (recorded.isPresent()) {
        release = recorded.get();
        found = Map.of("apiVersion", "v1", "kind", "Secret", "metadata", Map.of("name", "release"));
      }
    }
    int status = found != null ? 200 : reads ? 404 : 403;
    respond(exchange, status, found != null ? found : refusal(status));
  }

  private Object find(String path) {
    if (path.equals("/version")) {
      return Map.of("major", "1", "minor", "34", "gitVersion", "v1.34.1");
    }
    if (path.equals("/api")) {
      return Map.of("kind", "APIVersions", "versions", List.of("v1"));
    }
    if (path.equals("/apis")) {
      return Map.of("kind", "APIGroupList", "apiVersion", "v1", "groups", groups());
    }
    List<Api> of = apis.stream().filter(api -> api.path().equals(path)).toList();
    if (!of.isEmpty()) {
      return resources(of);
    }
    Optional<Api> listed = apis.stream().filter(api -> folder(api).equals(path)).findFirst();
    if (listed.isPresent()) {
      return list(listed.get());
    }
    return objects.get(path);
  }

  /** A list without its objects. Templates use it only to see whether a cluster responds. */
  private static Object list(Api api) {
    return Map.of("apiVersion", api.version(), "kind", api.kind() + "List", "items", List.of());
  }

  private List<Object> groups() {
    List<Object> groups = new ArrayList<>();
    apis.stream()
        .map(Api::version)
        .filter(version -> version.contains("/"))
        .distinct()
        .forEach(
            name -> {
              Object version = Map.of("groupVersion", name, "version", name.replaceAll(".*/", ""));
              groups.add(
                  Map.of(
                      "name",
                      name.replaceAll("/.*", ""),
                      "versions",
                      List.of(version),
                      "preferredVersion",
                      version));
            });
    return groups;
  }

  private static Object resources(List<Api> apis) {
    List<Object> resources = new ArrayList<>();
    for (Api api : apis) {
      resources.add(
          Map.of(
              "name", api.plural(),
              "kind", api.kind(),
              "namespaced", api.namespaced(),
              "verbs", List.of("get", "list", "create")));
    }
    return Map.of(
        "kind",
        "APIResourceList",
        "apiVersion",
        "v1",
        "groupVersion",
        apis.get(0).version(),
        "resources",
        resources);
  }

  private static Object refusal(int status) {
    return Map.of(
        "kind", "Status",
        "apiVersion", "v1",
        "status", "Failure",
        "message", "the stub cluster has no such object, and creates none",
        "reason", status == 404 ? "NotFound" : "Forbidden",
        "code", status);
  }

  private static void respond(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = GSON.toJson(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /**
   * Reads the Secret with which Helm records a release: protobuf behind the four bytes of
   * Kubernetes, with JSON inside base64 and gzip.
   */
  private static Optional<Node> recordedRelease(byte[] secret) throws IOException {
    if (secret.length < 4 || secret[0] != 'k') {
      return Optional.empty();
    }
    ByteString message = ByteString.copyFrom(secret, 4, secret.length - 4);
    ByteString raw = field(UnknownFieldSet.parseFrom(message), 2);
    UnknownFieldSet data = UnknownFieldSet.parseFrom(field(UnknownFieldSet.parseFrom(raw), 2));
    if (!field(data, 1).toStringUtf8().equals("release")) {
      return Optional.empty();
    }
    byte[] zipped = Base64.getDecoder().decode(field(data, 2).toByteArray());
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(new Node(Objects.requireNonNull(GSON.fromJson(json, Map.class))));
    }
  }

  private static ByteString field(UnknownFieldSet message, int number) {
    return message.getField(number).getLengthDelimitedList().get(0);
  }
}
