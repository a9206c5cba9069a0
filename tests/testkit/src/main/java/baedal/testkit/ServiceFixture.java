package baedal.testkit;

import static baedal.testkit.Eventually.await;

import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.Tokens;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;

/**
 * Runs one service for a test, with a virtual host of its own at the broker. The test builds the
 * settings with {@link #config}, starts the service, and then sends HTTP requests, and events
 * through {@link #broker()}.
 */
public final class ServiceFixture implements AutoCloseable {

  /** The key that signs all tokens of the test. */
  public static final String SECRET = "a secret of at least thirty-two bytes";

  private static final String HOST = "127.0.0.1";

  private final Vertx vertx = Boot.vertx();
  private final Tokens tokens = new Tokens(vertx, SECRET);
  private final WebClient client = WebClient.create(vertx);
  private final String amqpUri = TestServers.amqp();
  private final BrokerClient broker;
  private int port;

  /** {@code declareTopology} declares exchanges and queues at the broker with the given URI. */
  public ServiceFixture(BiFunction<Vertx, String, Future<Void>> declareTopology) {
    declareTopology.apply(vertx, amqpUri).await();
    broker = new BrokerClient(amqpUri);
  }

  /** Starts an HTTP server that stands in for another service; returns its URL. */
  public String serve(Handler<HttpServerRequest> handler) {
    int served =
        vertx.createHttpServer().requestHandler(handler).listen(0, HOST).await().actualPort();
    return "http://" + HOST + ":" + served;
  }

  /** Adds the settings that every service needs to {@code settings}. There is no warm-up. */
  public Config config(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("WARM_UP", "0s");
    all.putAll(settings);
    all.put("PORT", "0");
    all.put("AMQP_URI", amqpUri);
    all.put("TOKEN_SECRET", SECRET);
    all.put("DEV_DOORS", "true");
    return Config.of(all);
  }

  /** Deploys the service and waits until it is ready; {@code portOf} returns its HTTP port. */
  public <V extends Deployable> void start(V service, ToIntFunction<V> portOf) {
    vertx.deployVerticle(service).await();
    port = portOf.applyAsInt(service);
    await().until(this::isReady);
  }

  /** Whether the readiness probe of the service gets 200. */
  public boolean isReady() {
    return request(HttpMethod.GET, "/health/ready").send().await().statusCode() == 200;
  }

  /** Closes Vert.x, with all that is deployed in it, and the connection to the broker. */
  @Override
  public void close() {
    vertx.close().await();
    broker.close();
  }

  public Vertx vertx() {
    return vertx;
  }

  public BrokerClient broker() {
    return broker;
  }

  public Tokens tokens() {
    return tokens;
  }

  /** A token with one role; {@code stores} are the ids of the stores that the person works for. */
  public String token(String sub, String role, String... stores) {
    return tokens.issue(sub, List.of(role), List.of(stores));
  }

  /** A request to the service, without a token. */
  public HttpRequest<Buffer> request(HttpMethod method, String path) {
    return client.request(method, port, HOST, path);
  }

  /** Sends a request with a token; {@code body} may be null. */
  public Future<HttpResponse<Buffer>> send(
      HttpMethod method, String path, String token, JsonObject body) {
    return send(request(method, path), token, body);
  }

  /** As {@link #send}, and waits for the response. */
  public HttpResponse<Buffer> call(HttpMethod method, String path, String token, JsonObject body) {
    return send(method, path, token, body).await();
  }

  /** Posts with a token and an idempotency key; {@code body} may be null. */
  public Future<HttpResponse<Buffer>> post(
      String idempotencyKey, String path, String token, JsonObject body) {
    return send(
        request(HttpMethod.POST, path).putHeader("Idempotency-Key", idempotencyKey), token, body);
  }

  private static Future<HttpResponse<Buffer>> send(
      HttpRequest<Buffer> request, String token, JsonObject body) {
    request.bearerTokenAuthentication(token);
    return body == null ? request.send() : request.sendJsonObject(body);
  }
}
