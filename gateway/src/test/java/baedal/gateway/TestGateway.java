package baedal.gateway;

import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A gateway on real ports, with a stub server in place of each service. */
final class TestGateway implements AutoCloseable {

  static final String LOOPBACK = "127.0.0.1";
  static final String SECRET = "a secret of at least thirty-two bytes";
  static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage");

  /** Settings without limits of concurrent requests. */
  static final PublicHttpConfig HTTP =
      PublicHttpConfig.from(
          Config.of(
              Map.of(
                  "OPERATIONS_PORT", "0",
                  "MAX_REQUESTS_PER_SUBJECT", "0",
                  "MAX_REQUESTS_PER_ADDRESS", "0")));

  /** The body of a valid order. */
  static final JsonObject ORDER =
      new JsonObject()
          .put("storeId", "s-1")
          .put(
              "lines",
              new JsonArray().add(new JsonObject().put("menuId", "m-1").put("quantity", 1)))
          .put("fulfilment", "VISIT");

  /** Like a real service, a stub accepts larger header fields than the gateway. */
  private static final int MAX_HEADER_BYTES = 40 * 1024;

  private static final int TIMEOUT_MILLIS = 20_000;

  final Vertx vertx = Boot.vertx();

  /** Handles the requests of every service that has no handler of its own. */
  volatile Handler<HttpServerRequest> service = request -> request.response().end("fine");

  final Tokens tokens = new Tokens(vertx, SECRET);
  private final Map<String, Handler<HttpServerRequest>> handlers = new ConcurrentHashMap<>();
  private final Map<String, String> settings = new HashMap<>();
  private final WebClient client = WebClient.create(vertx);
  private GatewayVerticle verticle;
  private String deploymentId;

  /** A gateway with plain HTTP. {@code settings} replace or extend the required ones. */
  TestGateway(Map<String, String> settings) {
    this(settings, Optional.empty());
  }

  /** A gateway with TLS, for clients of {@link TestTls} or {@link RawHttp2}. */
  static TestGateway withTls(Map<String, String> settings) {
    return new TestGateway(settings, Optional.of(TestCertificate.of("localhost")));
  }

  private TestGateway(Map<String, String> settings, Optional<TestCertificate> certificate) {
    for (String name : SERVICES) {
      this.settings.put(name.toUpperCase(Locale.ROOT) + "_URL", startStub(name));
    }
    this.settings.put("TOKEN_SECRET", SECRET);
    this.settings.put("DEV_DOORS", "true");
    this.settings.put("PORT", "0");
    this.settings.put("OPERATIONS_PORT", "0");
    this.settings.put("WARM_UP", "0s");
    certificate.ifPresent(
        files -> {
          this.settings.put("TLS_CERT", files.certificate().toString());
          this.settings.put("TLS_KEY", files.key().toString());
        });
    deploy(settings);
  }

  private String startStub(String name) {
    int port =
        vertx
            .createHttpServer(new HttpServerOptions().setMaxHeaderSize(MAX_HEADER_BYTES))
            .requestHandler(request -> handlers.getOrDefault(name, service).handle(request))
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    return "http://" + LOOPBACK + ":" + port;
  }

  /** Starts another gateway with these settings changed, and uses it from now on. */
  void deploy(Map<String, String> changed) {
    settings.putAll(changed);
    verticle = new GatewayVerticle(config());
    deploymentId = vertx.deployVerticle(verticle).await();
  }

  /** Stops the gateway and keeps the stub servers. */
  Future<Void> undeploy() {
    return vertx.undeploy(deploymentId);
  }

  /**
   * Reads the settings as with {@code DEV_DOORS=true}, so that {@code TOKEN_SECRET} signs people's
   * tokens. Only the settings decide whether the dev routes exist.
   */
  private GatewayConfig config() {
    Map<String, String> withDevDoors = new HashMap<>(settings);
    withDevDoors.put("DEV_DOORS", "true");
    GatewayConfig config = GatewayConfig.from(Config.of(withDevDoors));
    return new GatewayConfig(
        config.host(),
        config.port(),
        config.identity(),
        Boolean.parseBoolean(settings.get("DEV_DOORS")),
        config.upstreams(),
        config.upstreamTimeout(),
        config.orderWait(),
        config.breaker(),
        config.rates(),
        config.http(),
        config.warmUp(),
        config.drainDelay());
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  /** Sets the handler of one service. */
  void stub(String name, Handler<HttpServerRequest> handler) {
    handlers.put(name, handler);
  }

  int port() {
    return verticle.port();
  }

  int operationsPort() {
    return verticle.operationsPort();
  }

  String bearer() {
    return bearer("c-1");
  }

  String bearer(String subject) {
    return bearer(subject, "customer");
  }

  String bearer(String subject, String role) {
    return "Bearer " + tokens.issue(subject, List.of(role), List.of());
  }

  Socket connect() throws IOException {
    return connect(1);
  }

  /** Connects from the address 127.0.0.{@code last}. */
  Socket connect(int last) throws IOException {
    InetAddress from = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(), from, 0);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  /** Sends a request as a customer; {@code body} may be null. */
  HttpResponse<Buffer> call(HttpMethod method, String path, JsonObject body) {
    HttpRequest<Buffer> request =
        client
            .request(method, port(), LOOPBACK, path)
            .putHeader("Authorization", bearer())
            .timeout(TIMEOUT_MILLIS);
    return body == null ? request.send().await() : request.sendJsonObject(body).await();
  }

  /** Sends a request without a token. */
  HttpResponse<Buffer> callAnonymously(HttpMethod method, String path) {
    return client.request(method, port(), LOOPBACK, path).send().await();
  }

  /** Sends a checkout of {@link #ORDER} with this idempotency key. */
  HttpResponse<Buffer> checkOut(String idempotencyKey) {
    JsonObject checkout =
        new JsonObject()
            .put("order", ORDER)
            .put("payment", new JsonObject().put("method", "KAKAO_PAY"));
    return client
        .post(port(), LOOPBACK, "/checkouts")
        .putHeader("Authorization", bearer())
        .putHeader("Idempotency-Key", idempotencyKey)
        .sendJsonObject(checkout)
        .await();
  }

  /** The JSON pointers of a problem's faults. */
  static List<String> pointers(HttpResponse<Buffer> problem) {
    return problem.bodyAsJsonObject().getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }

  /**
   * Sends {@code request}. Returns all bytes that the gateway sends until it closes the connection;
   * empty if it closed the connection before it read the whole request.
   */
  String raw(String request) {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends a request with a customer's token and {@code Connection: close}, and returns the raw
   * response.
   */
  String ask(String requestLine, String... headers) {
    StringBuilder request = new StringBuilder(requestLine).append("\r\nHost: gateway\r\n");
    request.append("Authorization: ").append(bearer()).append("\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return raw(request.append("Connection: close\r\n\r\n").toString());
  }

  /** The values of a header in a raw response. */
  static List<String> header(String response, String name) {
    String start = name.toLowerCase(Locale.ROOT) + ": ";
    return response
        .lines()
        .takeWhile(line -> !line.isEmpty())
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()))
        .toList();
  }
}
