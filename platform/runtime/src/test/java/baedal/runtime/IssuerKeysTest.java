package baedal.runtime;

import static baedal.runtime.OpenIdFixture.INVALID;
import static baedal.runtime.OpenIdFixture.KEY;
import static baedal.runtime.OpenIdFixture.OK;
import static baedal.runtime.OpenIdFixture.OTHER;
import static baedal.runtime.OpenIdFixture.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Issuer.SigningKey;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the keys of an OpenID Connect issuer are fetched, and what happens without them. */
class IssuerKeysTest {

  private static final ConditionFactory AWAIT =
      Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));

  private final OpenIdFixture openId;

  IssuerKeysTest() throws IOException {
    openId = new OpenIdFixture();
  }

  @AfterEach
  void stop() {
    openId.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "RS512", "PS256", "ES256"})
  void rsa_and_elliptic_curve_keys_are_accepted(String algorithm) {
    SigningKey key = SigningKey.of("k", algorithm);
    openId.issuer.publish(key);
    assertThat(openId.outcome(openId.token(key))).isEqualTo(OK);
  }

  @Test
  void a_key_that_names_no_algorithm_accepts_every_algorithm_of_its_type() {
    JsonObject withoutAlgorithm = OTHER.publicKey();
    withoutAlgorithm.remove("alg");
    openId.issuer.publishJson(KEY.publicKey(), withoutAlgorithm);
    assertThat(openId.outcome(openId.token(OTHER.as("PS384")))).isEqualTo(OK);
    assertThat(openId.outcome(openId.token(KEY.as("PS384")))).isEqualTo(INVALID);
  }

  @Test
  void a_new_key_is_accepted_at_once_and_a_removed_key_is_refused() {
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
    openId.issuer.publish(OTHER);
    assertThat(openId.outcome(openId.token(OTHER))).isEqualTo(OK);
    assertThat(openId.outcome(openId.token(KEY))).isNotEqualTo(OK);
    assertThat(openId.outcome(openId.token(KEY, openId.claimsIssuedLongAgo()))).isEqualTo(INVALID);
  }

  @Test
  void a_new_key_gives_a_503_until_the_next_fetch_is_allowed() {
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
    assertThat(openId.outcome(openId.token(OTHER))).isEqualTo(INVALID);
    int fetches = openId.issuer.fetches();
    openId.issuer.publish(KEY, OTHER);
    Future<Caller> early = openId.tokens().verify(openId.token(OTHER));
    Future.join(List.of(early)).otherwiseEmpty().await();
    assertThat(early.cause())
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE);
              assertThat(refusal.retryAfter())
                  .isPositive()
                  .isLessThanOrEqualTo(Duration.ofSeconds(10));
            });
    assertThat(openId.issuer.fetches()).isEqualTo(fetches);
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
    AWAIT.until(() -> openId.outcome(openId.token(OTHER)).equals(OK));
    assertThat(openId.issuer.fetches()).isEqualTo(fetches + 1);
  }

  @Test
  void a_token_issued_before_the_last_fetch_is_refused_without_another_fetch() {
    assertThat(openId.outcome(openId.token(OTHER))).isEqualTo(INVALID);
    int fetches = openId.issuer.fetches();
    assertThat(openId.outcome(openId.token(OTHER, openId.claimsIssuedLongAgo())))
        .isEqualTo(INVALID);
    assertThat(openId.outcome(openId.token(OTHER))).isEqualTo(UNAVAILABLE);
    assertThat(openId.issuer.fetches()).isEqualTo(fetches);
  }

  @Test
  void tokens_with_unknown_keys_cause_one_fetch_in_10_seconds() {
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
    int fetchesBefore = openId.issuer.fetches();
    long startedAt = System.nanoTime();
    List<Future<Caller>> flood = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      flood.add(
          openId
              .tokens()
              .verify(
                  openId.token(new SigningKey("k" + i, "RS256", OTHER.pair()), openId.claims())));
    }
    Future.join(flood).otherwiseEmpty().await();
    assertThat(flood).allMatch(Future::failed);
    long seconds = Duration.ofNanos(System.nanoTime() - startedAt).toSeconds();
    assertThat(openId.issuer.fetches() - fetchesBefore)
        .isLessThanOrEqualTo((int) (2 + seconds / 10));
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
  }

  @Test
  void known_keys_stay_valid_while_the_issuer_is_unavailable() {
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
    openId.issuer.stop();
    assertThat(openId.outcome(openId.token(OTHER))).isEqualTo(UNAVAILABLE);
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
    openId.issuer.publish(OTHER);
    openId.issuer.start();
    AWAIT.until(() -> openId.outcome(openId.token(OTHER)).equals(OK));
  }

  @Test
  void a_connection_to_an_issuer_that_never_answers_is_closed() {
    AtomicInteger closed = new AtomicInteger();
    int silent =
        openId
            .vertx
            .createHttpServer()
            .connectionHandler(connection -> connection.closeHandler(v -> closed.incrementAndGet()))
            .requestHandler(request -> {})
            .listen(0, TestApi.LOOPBACK)
            .await()
            .actualPort();
    IssuerKeys keys = new IssuerKeys(openId.vertx, "http://127.0.0.1:" + silent, new JWTOptions());
    AWAIT.until(() -> closed.get() > 0);
    assertThat(keys.areKnown()).isFalse();
  }

  @Test
  void the_keys_of_another_issuer_are_not_accepted() {
    openId.issuer.claimToBe("http://127.0.0.1/another");
    openId.startTokens("roles");
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(UNAVAILABLE);
  }

  @Test
  void without_keys_people_get_a_503_and_services_are_served() {
    openId.issuer.stop();
    openId.startTokens("roles");
    HttpApi api =
        new HttpApi(
            openId.vertx,
            "things",
            IssuerKeysTest.class.getResource("things.yaml"),
            openId.tokens(),
            new Readiness(openId.vertx));
    api.router().post("/things").respond(ctx -> Future.succeededFuture());
    api.router().get("/things").respond(ctx -> Future.succeededFuture());
    api.router().get("/things/:thingId").respond(ctx -> Future.succeededFuture());
    int port = api.listen(0).await();

    HttpResponse<?> person = get(port, "/things/1", openId.token(KEY));
    assertThat(person.statusCode()).isEqualTo(503);
    assertThat(person.getHeader("Retry-After")).isEqualTo("2");
    assertThat(get(port, "/things/1", openId.tokens().forService("order")).statusCode())
        .isEqualTo(204);
    assertThat(get(port, "/health/ready", null).statusCode()).isEqualTo(503);

    openId.issuer.start();
    AWAIT.until(() -> get(port, "/things/1", openId.token(KEY)).statusCode() == 204);
    assertThat(get(port, "/health/ready", null).statusCode()).isEqualTo(200);
    HttpResponse<?> forged =
        get(port, "/things/1", openId.token(OTHER, openId.claimsIssuedLongAgo()));
    assertThat(forged.statusCode()).isEqualTo(401);
    assertThat(forged.getHeader("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(get(port, "/things/1", null).getHeader("WWW-Authenticate")).isEqualTo("Bearer");
  }

  private HttpResponse<?> get(int port, String path, String token) {
    var request = WebClient.create(openId.vertx).get(port, TestApi.LOOPBACK, path);
    return (token == null ? request : request.bearerTokenAuthentication(token)).send().await();
  }
}
