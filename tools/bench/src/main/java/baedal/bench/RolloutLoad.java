package baedal.bench;

import static baedal.bench.OrderRequests.json;

import baedal.dev.Client;
import baedal.runtime.ServiceClient;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Requests to every service at a constant rate, for the rollout benchmark. A 503 with {@code
 * Retry-After} is retried after this time with the same idempotency key. Runs on one event loop.
 */
final class RolloutLoad {

  private static final int CUSTOMERS = 20;
  private static final int CONNECTIONS = 64;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** A request that still gets 503 after this time has failed. */
  private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(60);

  /**
   * A request with all its attempts.
   *
   * @param firstNanos the time until the first response
   * @param lastNanos the time until the last response, with the times between the attempts
   * @param firstStatus the status of the first response; 0 if there was none
   * @param failure what is wrong; null if the last response has a status 2xx
   */
  record Answer(
      String phase,
      long firstNanos,
      long lastNanos,
      int firstStatus,
      int attempts,
      String failure) {}

  private record Visit(HttpMethod method, String path, Client user, JsonNode body) {}

  private static final class Attempts {
    private final Visit visit;
    private final String phase;
    private final int number;
    private final String key = UUID.randomUUID().toString();
    private final long sentAt = System.nanoTime();
    private long firstNanos;
    private int firstStatus;
    private int count;

    private Attempts(Visit visit, String phase, int number) {
      this.visit = visit;
      this.phase = phase;
      this.number = number;
    }
  }

  private final Context context;
  private final String gateway;
  private final int perSecond;
  private final Shoppers shoppers;
  private final Client rider;
  private final Client marketing;

  /** Customers with one request keep no connection, others send the next request on it. */
  private final List<WebClient> browsers;

  private final List<Supplier<Visit>> visits = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private volatile String phase = "";
  private final Promise<Void> end = Promise.promise();
  private boolean stopped;
  private long timer;
  private int sent;
  private String paidOrder;
  private Client payer;

  /** Opens a store and creates the users. */
  RolloutLoad(Vertx vertx, String gateway, int perSecond) throws IOException {
    context = vertx.getOrCreateContext();
    this.gateway = gateway;
    this.perSecond = perSecond;
    shoppers = new Shoppers(vertx, gateway, CUSTOMERS, CONNECTIONS);
    shoppers.setProvider(Duration.ofMillis(10), Duration.ofMillis(50), false);
    Client anyone = new Client(gateway);
    rider = anyone.as("rider-" + UUID.randomUUID(), "rider");
    marketing = anyone.as("marketing-" + UUID.randomUUID(), "marketing");
    browsers = List.of(browser(vertx, true), browser(vertx, false));
    Supplier<Visit> checkout =
        () -> new Visit(HttpMethod.POST, "/checkouts", customer(), shoppers.checkoutBody());
    visits.add(checkout);
    visits.add(() -> get("/orders", customer()));
    visits.add(() -> get("/mypages", customer()));
    visits.add(checkout);
    visits.add(() -> paidOrder == null ? checkout.get() : get("/orders/" + paidOrder, payer));
    visits.add(() -> get("/stores?limit=10", customer()));
    visits.add(
        () -> paidOrder == null ? checkout.get() : get("/payments?orderId=" + paidOrder, payer));
    visits.add(checkout);
    visits.add(this::changeMenu);
    visits.add(() -> get("/deliveries?mine=true", rider));
    visits.add(() -> get("/coupons", customer()));
    visits.add(() -> new Visit(HttpMethod.POST, "/coupons", marketing, campaign()));
  }

  /** As a load balancer in front of the gateway, it soon closes an unused connection. */
  private static WebClient browser(Vertx vertx, boolean keepAlive) {
    return WebClient.create(
        vertx,
        new WebClientOptions()
            .setKeepAlive(keepAlive)
            .setKeepAliveTimeout(ServiceClient.KEEP_ALIVE_SECONDS),
        new PoolOptions().setHttp1MaxSize(CONNECTIONS));
  }

  private Client customer() {
    return shoppers.customer(sent);
  }

  private static Visit get(String path, Client user) {
    return new Visit(HttpMethod.GET, path, user, null);
  }

  private Visit changeMenu() {
    String path = "/stores/" + shoppers.shop().storeId() + "/menus/m-2";
    JsonNode menu = json().put("name", "만두").put("price", 5_000 + sent % 1_000);
    return new Visit(HttpMethod.PUT, path, shoppers.shop().owner(), menu);
  }

  private static JsonNode campaign() {
    return json()
        .put("name", "봄")
        .put("discount", 1_000)
        .put("quantity", 10)
        .put("expiresAt", Instant.now().plus(Duration.ofDays(1)).toString());
  }

  void start() {
    long interval = Math.max(1, 1_000 / perSecond);
    context.runOnContext(v -> timer = context.owner().setPeriodic(interval, id -> sendNext()));
  }

  /** The further requests belong to this phase of the benchmark. */
  void begin(String newPhase) {
    phase = newPhase;
  }

  /** Stops, waits for all responses, and returns the answers to all requests. */
  List<Answer> stop() {
    context.runOnContext(
        v -> {
          context.owner().cancelTimer(timer);
          stopped = true;
          endIfAllAnswered();
        });
    end.future().await();
    return answers;
  }

  private void endIfAllAnswered() {
    if (stopped && answers.size() == sent) {
      end.complete();
    }
  }

  private void sendNext() {
    Visit visit = visits.get(sent % visits.size()).get();
    send(new Attempts(visit, phase, sent++));
  }

  private void send(Attempts attempts) {
    attempts.count++;
    Visit visit = attempts.visit;
    HttpRequest<Buffer> request =
        browsers
            .get(attempts.number / visits.size() % browsers.size())
            .requestAbs(visit.method(), gateway + visit.path())
            .timeout(TIMEOUT.toMillis())
            .bearerTokenAuthentication(visit.user().token());
    if (!visit.method().equals(HttpMethod.GET)) {
      request.putHeader("Content-Type", "application/json");
      request.putHeader("Idempotency-Key", attempts.key);
    }
    (visit.body() == null
            ? request.send()
            : request.sendBuffer(Buffer.buffer(visit.body().toString())))
        .onSuccess(response -> answered(attempts, response))
        .onFailure(
            e -> {
              first(attempts, 0);
              ended(attempts, "no response: " + e);
            });
  }

  private static void first(Attempts attempts, int status) {
    if (attempts.count == 1) {
      attempts.firstStatus = status;
      attempts.firstNanos = System.nanoTime() - attempts.sentAt;
    }
  }

  private void answered(Attempts attempts, HttpResponse<Buffer> response) {
    int status = response.statusCode();
    first(attempts, status);
    String retryAfter = response.getHeader("Retry-After");
    if (status >= 200 && status < 300) {
      if (status == 201 && attempts.visit.path().equals("/checkouts")) {
        paidOrder = Shoppers.orderId(response);
        payer = attempts.visit.user();
      }
      ended(attempts, null);
    } else if (status != 503 || retryAfter == null) {
      ended(attempts, "status " + status + ": " + response.bodyAsString());
    } else if (System.nanoTime() - attempts.sentAt > RETRY_TIMEOUT.toNanos()) {
      ended(attempts, "still 503 after " + RETRY_TIMEOUT.toSeconds() + " s");
    } else {
      context
          .owner()
          .setTimer(Math.max(1, Long.parseLong(retryAfter) * 1_000), id -> send(attempts));
    }
  }

  private void ended(Attempts attempts, String problem) {
    Visit visit = attempts.visit;
    String failure =
        problem == null
            ? null
            : "%s: %s %s, attempt %d: %s"
                .formatted(attempts.phase, visit.method(), visit.path(), attempts.count, problem);
    answers.add(
        new Answer(
            attempts.phase,
            attempts.firstNanos,
            System.nanoTime() - attempts.sentAt,
            attempts.firstStatus,
            attempts.count,
            failure));
    endIfAllAnswered();
  }
}
