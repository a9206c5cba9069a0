package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls another service over HTTP, with a token of the calling service. The future fails with a
 * {@link Refusal}: the one in the response's problem document, or a 503 refusal if the called
 * service is unavailable.
 */
public final class ServiceClient {

  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);

  /**
   * The paths that can be called. A path can contain an id from the request of a client. The
   * calling service may use more routes than its client, so such an id must not lead to another
   * route.
   */
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-]+)+");

  /**
   * Statuses that mean a fault of the calling service (its token or its request rate), not of the
   * request that it handles.
   */
  private static final Set<Integer> OWN_FAILURES =
      Set.of(
          Refusal.Kind.UNAUTHENTICATED.status(),
          Refusal.Kind.FORBIDDEN.status(),
          Refusal.Kind.TOO_MANY.status());

  /**
   * How long a client of a service keeps an unused connection, in seconds. It is shorter than
   * DRAIN_DELAY in production. So when a draining service closes its connections, none of them is
   * unused, and no request is on its way on one of them.
   */
  public static final int KEEP_ALIVE_SECONDS = 2;

  private static final int CONNECT_MILLIS = 1_000;
  private static final int IDLE_SECONDS = 30;
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_WAITING = 1_024;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final WebClient client;
  private final String name;
  private final String baseUrl;
  private final Tokens tokens;
  private final String self;

  /**
   * {@code name} is the called service, at {@code baseUrl}. {@code self} is the calling service.
   */
  public ServiceClient(Vertx vertx, String name, String baseUrl, Tokens tokens, String self) {
    this.client =
        WebClient.create(
            vertx,
            new WebClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS),
            new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS).setMaxWaitQueueSize(MAX_WAITING));
    this.name = name;
    this.baseUrl = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
    this.tokens = tokens;
    this.self = self;
  }

  public Future<JsonObject> get(String path, Duration timeout) {
    return call(HttpMethod.GET, path, null, timeout);
  }

  public Future<JsonObject> put(String path, JsonObject body, Duration timeout) {
    return call(HttpMethod.PUT, path, body, timeout);
  }

  public Future<JsonObject> post(String path, JsonObject body, Duration timeout) {
    return call(HttpMethod.POST, path, body, timeout);
  }

  public void close() {
    client.close();
  }

  private Future<JsonObject> call(
      HttpMethod method, String path, JsonObject body, Duration timeout) {
    if (!PATH.matcher(path).matches()) {
      return Future.failedFuture(Refusal.notFound("the id in the request does not exist"));
    }
    return ResponseDeadline.within(
            timeout,
            request(method, path),
            request -> body == null ? request.send() : request.sendJsonObject(body))
        .recover(e -> Future.failedFuture(unavailable()))
        .compose(this::read);
  }

  private HttpRequest<Buffer> request(HttpMethod method, String path) {
    HttpRequest<Buffer> request =
        client
            .requestAbs(method, baseUrl + path)
            .bearerTokenAuthentication(tokens.forService(self));
    String requestId = RequestId.current();
    return requestId == null ? request : request.putHeader(RequestId.HEADER, requestId);
  }

  private Future<JsonObject> read(HttpResponse<Buffer> response) {
    int status = response.statusCode();
    try {
      if (status < 300) {
        return Future.succeededFuture(
            response.body() == null ? new JsonObject() : response.bodyAsJsonObject());
      }
      if (status >= 400 && status < 500) {
        return Future.failedFuture(refusal(status, response.bodyAsJsonObject()));
      }
    } catch (DecodeException | ClassCastException e) {
      return Future.failedFuture(unavailable());
    }
    return Future.failedFuture(unavailable());
  }

  private Refusal refusal(int status, JsonObject problem) {
    if (OWN_FAILURES.contains(status)) {
      log.atWarn()
          .addKeyValue("service", name)
          .addKeyValue("status", status)
          .log(
              "a service refused a call of this service: compare TOKEN_SECRET and the clocks"
                  + " of both services, and check the rate limit");
      return unavailable();
    }
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      if (kind.status() == status && problem != null) {
        String type = problem.getString("type", "/problems/refused");
        return Refusal.of(
            kind,
            type.substring(type.lastIndexOf('/') + 1),
            problem.getString(
                "detail", "the " + name + " service refused the request and gave no reason"));
      }
    }
    return unavailable();
  }

  private Refusal unavailable() {
    return Refusal.unavailable(
        name + "-unavailable",
        "the service " + name + " cannot respond now: " + Refusal.RETRY_LATER,
        RETRY_AFTER);
  }
}
