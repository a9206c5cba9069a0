package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import baedal.backing.Redis;
import baedal.runtime.Boot;
import baedal.runtime.Identity;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.redis.client.RedisAPI;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rate limits with several replicas, and with a Redis that is down or slow. */
class RateLimitsTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int LIMIT = 5;

  /** A timeout that Redis does not exceed on a busy machine. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private static final BreakerConfig BREAKER =
      new BreakerConfig(
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          3,
          75,
          Duration.ofSeconds(10),
          Duration.ofSeconds(3));

  private final Vertx vertx = Boot.vertx();
  private final Tokens tokens = new Tokens(vertx, SECRET);
  private final WebClient client =
      WebClient.create(vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(1));
  private final Map<String, String> urls = new HashMap<>();
  private final AtomicInteger served = new AtomicInteger();

  @BeforeEach
  void start() {
    int service =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  served.incrementAndGet();
                  request.body().onSuccess(body -> request.response().end("" + body.length()));
                })
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    for (String name : List.of("order", "payment", "store", "rider", "coupon", "mypage")) {
      urls.put(name, "http://" + LOOPBACK + ":" + service);
    }
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private int gateway(int perSubject, int perAddress, String redis, String... proxies) {
    return gateway(perSubject, perAddress, redis, LONG, proxies);
  }

  private int gateway(
      int perSubject, int perAddress, String redis, Duration redisTimeout, String... proxies) {
    GatewayVerticle gateway =
        new GatewayVerticle(
            new GatewayConfig(
                LOOPBACK,
                0,
                new Identity.OneMachine(SECRET),
                false,
                Map.copyOf(urls),
                Duration.ofSeconds(30),
                Duration.ofSeconds(2),
                BREAKER,
                new RateConfig(
                    perSubject,
                    perAddress,
                    Optional.ofNullable(redis),
                    redisTimeout,
                    List.of(proxies).stream().map(Cidr::parse).toList()),
                TestGateway.HTTP,
                Duration.ZERO,
                Duration.ZERO));
    vertx.deployVerticle(gateway).await();
    return gateway.port();
  }

  private HttpRequest<Buffer> request(int port, String sub) {
    HttpRequest<Buffer> request = client.request(HttpMethod.GET, port, LOOPBACK, "/orders");
    return sub == null
        ? request.uri("/stores")
        : request.bearerTokenAuthentication(tokens.issue(sub, List.of("customer"), List.of()));
  }

  private static HttpResponse<Buffer> send(HttpRequest<Buffer> request) {
    try {
      return request.send().await(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  private int status(int port, String sub) {
    return send(request(port, sub)).statusCode();
  }

  private int forwarded(int port, String by) {
    return send(request(port, null).putHeader("X-Forwarded-For", by)).statusCode();
  }

  /** How many of {@code times} requests are served. */
  private int served(int port, String sub, int times) {
    return (int) IntStream.range(0, times).filter(i -> status(port, sub) == 200).count();
  }

  @Test
  void replicas_share_the_limit_of_a_subject() {
    String redis = TestServers.redis();
    int one = gateway(LIMIT, 0, redis);
    int two = gateway(LIMIT, 0, redis);
    assertThat(served(one, "c-1", 3) + served(two, "c-1", 3)).isEqualTo(LIMIT);
    assertThat(served).hasValue(LIMIT);
    for (int port : List.of(one, two)) {
      HttpResponse<Buffer> limited = send(request(port, "c-1"));
      assertThat(limited.statusCode()).isEqualTo(429);
      assertThat(limited.getHeader("Content-Type")).isEqualTo("application/problem+json");
      assertThat(limited.bodyAsJsonObject().getString("type"))
          .isEqualTo("/problems/too-many-requests");
      assertThat(limited.getHeader("RateLimit-Limit")).isEqualTo("5");
      assertThat(limited.getHeader("RateLimit-Remaining")).isEqualTo("0");
      assertThat(limited.getHeader("RateLimit-Reset"))
          .isEqualTo(limited.getHeader("Retry-After"))
          .satisfies(seconds -> assertThat(Integer.parseInt(seconds)).isBetween(1, 12));
    }
    HttpResponse<Buffer> another = send(request(two, "c-2"));
    assertThat(another.statusCode()).isEqualTo(200);
    assertThat(another.getHeader("RateLimit-Remaining")).isEqualTo("4");
  }

  @Test
  void a_bucket_in_redis_fills_again_and_expires() {
    String uri = TestServers.redis();
    BucketRepository buckets = new BucketRepository(vertx, uri);
    List<Rate> rates = List.of(new Rate("a", 60), new Rate("b", 2));
    assertThat(buckets.take(rates).await()).isEqualTo(new Rate.Result(true, List.of(59.0, 1.0)));
    assertThat(buckets.take(rates).await().allowed()).isTrue();
    Rate.Result none = buckets.take(rates).await();
    assertThat(none.allowed()).isFalse();
    assertThat(none.levels().get(0)).as("nothing was taken").isGreaterThanOrEqualTo(58.0);
    var redis = RedisAPI.api(io.vertx.redis.client.Redis.createClient(vertx, uri));
    redis.hincrby("rate:b", "at", "-30000").await();
    assertThat(buckets.take(rates).await().allowed()).isTrue();
    assertThat(redis.pttl("rate:b").await().toLong()).isBetween(1L, 60_000L);
  }

  @Test
  void without_redis_each_replica_counts_for_itself(@TempDir Path home) throws IOException {
    int at = Ports.free();
    Redis redis = Redis.start(home, at);
    try {
      int one = gateway(LIMIT, 0, redis.uri());
      int two = gateway(LIMIT, 0, redis.uri());
      assertThat(served(one, "c-1", 3) + served(two, "c-1", 3)).isEqualTo(LIMIT);
      redis.kill();
      for (int port : List.of(one, two)) {
        assertThat(served(port, "c-2", LIMIT + 2)).isEqualTo(LIMIT);
      }
      redis = Redis.start(home, at);
      AtomicInteger attempts = new AtomicInteger();
      await()
          .until(
              () -> {
                String sub = "again-" + attempts.getAndIncrement();
                return served(one, sub, LIMIT) + served(two, sub, LIMIT) <= LIMIT;
              });
    } finally {
      redis.stop();
    }
  }

  @Test
  void requests_do_not_wait_for_a_redis_that_does_not_answer() {
    int silent =
        vertx.createNetServer().connectHandler(s -> {}).listen(0, LOOPBACK).await().actualPort();
    int port =
        gateway(LIMIT, 0, "redis://" + LOOPBACK + ":" + silent, RateConfig.NONE.redisTimeout());
    assertThat(served(port, "c-1", 4 * LIMIT)).isEqualTo(LIMIT);
  }

  @Test
  void x_forwarded_for_of_a_client_is_ignored() {
    int port = gateway(0, LIMIT, null);
    for (int i = 0; i < LIMIT; i++) {
      assertThat(forwarded(port, "203.0.113." + i)).isEqualTo(200);
    }
    assertThat(forwarded(port, "203.0.113.99")).isEqualTo(429);
    assertThat(served(port, "c-1", 1)).as("with a token").isZero();
  }

  @Test
  void x_forwarded_for_of_a_trusted_proxy_is_used() {
    int port = gateway(0, LIMIT, null, "127.0.0.0/8", "10.1.0.0/16", "2001:db8:1::/48");
    for (int i = 0; i < LIMIT; i++) {
      assertThat(forwarded(port, "198.51.100." + i + ", 203.0.113.7, 10.1.2.3")).isEqualTo(200);
    }
    assertThat(forwarded(port, "203.0.113.7")).isEqualTo(429);
    assertThat(forwarded(port, "203.0.113.7, 2001:db8:1::5")).isEqualTo(429);
    assertThat(forwarded(port, "203.0.113.8")).isEqualTo(200);
    assertThat(forwarded(port, "203.0.113.7, not-an-address"))
        .as("counts for the proxy")
        .isEqualTo(200);
  }

  @Test
  void ipv6_addresses_with_the_same_64_bits_share_a_limit() {
    int port = gateway(0, LIMIT, null, LOOPBACK);
    for (int i = 0; i < LIMIT; i++) {
      assertThat(forwarded(port, "2001:db8:7:7::" + i)).isEqualTo(200);
    }
    assertThat(forwarded(port, "2001:db8:7:7:ffff::1")).isEqualTo(429);
    assertThat(forwarded(port, "2001:db8:7:8::1")).isEqualTo(200);
    assertThat(forwarded(port, "::ffff:203.0.113.7")).isEqualTo(200);
    for (int i = 1; i < LIMIT; i++) {
      assertThat(forwarded(port, "203.0.113.7")).isEqualTo(200);
    }
    assertThat(forwarded(port, "203.0.113.7"))
        .as("the same address in another notation")
        .isEqualTo(429);
  }

  @Test
  void a_forged_token_does_not_use_up_the_limit_of_its_subject() {
    int port = gateway(LIMIT, 0, null);
    String forged = new Tokens(vertx, SECRET + "!").issue("c-1", List.of("customer"), List.of());
    for (int i = 0; i < 2 * LIMIT; i++) {
      assertThat(send(request(port, "c-1").bearerTokenAuthentication(forged)).statusCode())
          .isEqualTo(401);
    }
    assertThat(served(port, "c-1", LIMIT)).isEqualTo(LIMIT);
  }

  @Test
  void no_byte_of_a_body_is_lost_while_its_request_is_counted() {
    int port = gateway(LIMIT, 100, TestServers.redis());
    Buffer big = Buffer.buffer("x".repeat(60_000));
    for (int i = 0; i < LIMIT; i++) {
      HttpResponse<Buffer> answer =
          request(port, "c-1").method(HttpMethod.POST).sendBuffer(big).await();
      assertThat(answer.bodyAsString()).isEqualTo("60000");
    }
    assertThat(request(port, "c-1").method(HttpMethod.POST).sendBuffer(big).await().statusCode())
        .isEqualTo(429);
    assertThat(status(port, "c-2")).as("on the same connection").isEqualTo(200);
    JsonObject payment =
        new JsonObject().put("orderId", "1").put("method", "CARD").put("card", "4242424242424242");
    assertThat(
            request(port, "c-2")
                .method(HttpMethod.POST)
                .uri("/payments")
                .sendJsonObject(payment)
                .await()
                .statusCode())
        .isEqualTo(200);
  }
}
