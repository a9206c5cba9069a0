package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Issuer.SigningKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens of people from an OpenID Connect issuer over real HTTP, and of services from ourselves.
 */
class TokensTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final String AUDIENCE = "baedal";
  private static final SigningKey KEY = SigningKey.of("one", "RS256");
  private static final SigningKey OTHER = SigningKey.of("two", "RS256");
  private static final String OK = "ok";

  private final Vertx vertx = Boot.vertx();
  private Issuer issuer;
  private Tokens tokens;

  @BeforeEach
  void start() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      issuer = new Issuer(vertx, free.getLocalPort());
    }
    issuer.publish(KEY);
    issuer.start();
    tokens = tokens("roles");
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private Tokens tokens(String rolesClaim) {
    return new Tokens(vertx, new Identity.OpenId(SECRET, issuer.uri(), AUDIENCE, rolesClaim));
  }

  private JsonObject claims() {
    return new JsonObject()
        .put("iss", issuer.uri())
        .put("aud", AUDIENCE)
        .put("sub", "c-1")
        .put("exp", in(60))
        .put("roles", new JsonArray().add("customer"))
        .put("stores", new JsonArray().add("s-1"));
  }

  private static long in(long seconds) {
    return Instant.now().getEpochSecond() + seconds;
  }

  private String token(SigningKey key, JsonObject claims) {
    return key.token(vertx, claims);
  }

  /** Whose token it is, or the type of the refusal. */
  private String outcome(String token) {
    return tokens
        .verify(token)
        .map(caller -> OK)
        .recover(e -> Future.succeededFuture(((Refusal) e).type()))
        .await();
  }

  private String refusedUnless(String claim, Object value) {
    return outcome(token(KEY, claims().put(claim, value)));
  }

  @Test
  void a_person_is_who_the_issuer_says() {
    assertThat(tokens.verify(token(KEY, claims())).await())
        .isEqualTo(new Caller("c-1", Set.of("customer"), Set.of("s-1")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "RS512", "PS256", "ES256"})
  void keys_of_every_usual_kind_are_known(String algorithm) {
    SigningKey key = SigningKey.of("k", algorithm);
    issuer.publish(key);
    assertThat(outcome(token(key, claims()))).isEqualTo(OK);
  }

  @Test
  void a_key_that_names_no_algorithm_fits_those_of_its_kind() {
    JsonObject open = OTHER.open();
    open.remove("alg");
    issuer.publishAsItIs(KEY.open(), open);
    assertThat(outcome(token(OTHER.as("PS384"), claims()))).isEqualTo(OK);
    assertThat(outcome(token(KEY.as("PS384"), claims()))).isEqualTo("invalid-token");
  }

  @Test
  void roles_may_be_deep_inside_the_token() {
    tokens = tokens("/realm_access/roles");
    JsonObject claims =
        claims().put("realm_access", new JsonObject().put("roles", new JsonArray().add("owner")));
    assertThat(tokens.verify(token(KEY, claims)).await().roles()).containsExactly("owner");
    claims.remove("realm_access");
    assertThat(tokens.verify(token(KEY, claims)).await().roles()).isEmpty();
  }

  @Test
  void nobody_of_the_issuer_is_a_service() {
    JsonObject claims = claims().put("roles", new JsonArray().add("service").add("customer"));
    assertThat(tokens.verify(token(KEY, claims)).await().roles()).containsExactly("customer");
  }

  @Test
  void a_token_for_somebody_else_or_another_time_is_refused() {
    assertThat(refusedUnless("aud", "another")).isEqualTo("invalid-token");
    assertThat(refusedUnless("aud", null)).isEqualTo("invalid-token");
    assertThat(refusedUnless("aud", new JsonArray().add("x").add(AUDIENCE))).isEqualTo(OK);
    assertThat(refusedUnless("iss", issuer.uri() + "/")).isEqualTo("invalid-token");
    assertThat(refusedUnless("iss", "baedal")).isEqualTo("invalid-token");
    assertThat(refusedUnless("sub", " ")).isEqualTo("invalid-token");
    assertThat(refusedUnless("sub", "c".repeat(256))).isEqualTo("invalid-token");
    assertThat(refusedUnless("sub", "c".repeat(255))).isEqualTo(OK);
    assertThat(refusedUnless("exp", in(-60))).isEqualTo("invalid-token");
    assertThat(refusedUnless("exp", null)).isEqualTo("invalid-token");
    assertThat(refusedUnless("exp", in(-2))).as("two clocks differ a little").isEqualTo(OK);
    assertThat(refusedUnless("nbf", in(60))).isEqualTo("invalid-token");
    assertThat(refusedUnless("nbf", in(2))).as("two clocks differ a little").isEqualTo(OK);
    JsonObject forEver = claims();
    forEver.remove("exp");
    assertThat(outcome(token(KEY, forEver))).isEqualTo("invalid-token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "true",
        "null",
        "[\"c-1\"]",
        "{}",
        "\"c\\u0000\"",
        "\"c\\n1\"",
        "\"c\\u007f\"",
        "\"c\\u0085\"",
        "\"c\\ud800\"",
        "\"\\udc00c\"",
        "\"\\udc00\\ud800\"",
        "\"\\u1100\\u1161\"",
        "\"\\u200b\""
      })
  void a_subject_that_is_no_plain_text_is_refused(String subject) {
    String claims = claims().encode();
    assertThat(claims).contains("\"c-1\"");
    assertThat(outcome(KEY.sign(new JsonObject(), claims.replace("\"c-1\"", subject))))
        .isEqualTo("invalid-token");
    assertThat(outcome(KEY.sign(new JsonObject(), claims.replace("c-1", "고객-\\ud83c\\udf5c"))))
        .isEqualTo(OK);
  }

  @Test
  void a_store_that_is_no_plain_text_is_nobodys() {
    JsonObject claims = claims().put("stores", new JsonArray().add("s\0").add("s-2").add(7));
    assertThat(tokens.verify(token(KEY, claims)).await().stores()).containsExactly("s-2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'nonce': 'n'}",
        "{'at_hash': 'h'}",
        "{'c_hash': 'h'}",
        "{'typ': 'ID', 'azp': 'pages'}",
        "{'typ': 'Refresh'}",
        "{'typ': 'Offline'}",
        "{'typ': 'Logout'}",
        "{'token_use': 'id'}",
        "{'events': {'http://schemas.openid.net/event/backchannel-logout': {}}}",
        "{'header': 'logout+jwt'}",
        "{'header': 'application/logout+jwt'}",
        "{'header': 'secevent+jwt'}",
        "{'header': 'JWT', 'nonce': 'n'}"
      })
  void a_token_that_shows_that_it_is_no_access_token_is_refused(String claims) {
    assertThat(outcome(ofKind(claims))).isEqualTo("invalid-token");
  }

  /** As Keycloak, Microsoft, Auth0, Okta, Cognito and RFC 9068 make them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'header': 'JWT', 'typ': 'Bearer', 'azp': 'pages', 'sid': 's'}",
        "{'header': 'JWT', 'typ': 'Bearer', 'nonce': 'n'}",
        "{'header': 'JWT', 'ver': '2.0', 'aio': 'x', 'scp': 'orders'}",
        "{'header': 'JWT', 'azp': 'x', 'scope': 'openid', 'gty': 'password'}",
        "{'header': 'at+jwt', 'client_id': 'x'}",
        "{'header': 'application/AT+JWT', 'jti': 'x'}",
        "{'token_use': 'access'}",
        "{'events': ['birthday']}",
        "{}"
      })
  void access_tokens_of_the_usual_issuers_are_taken(String claims) {
    assertThat(outcome(ofKind(claims))).isEqualTo(OK);
  }

  private String ofKind(String claims) {
    JsonObject more = new JsonObject(claims.replace('\'', '"'));
    Object type = more.remove("header");
    JsonObject header = type == null ? new JsonObject() : new JsonObject().put("typ", type);
    return KEY.sign(header, claims().mergeIn(more).encode());
  }

  @Test
  void a_key_is_used_with_its_own_algorithm_only() {
    assertThat(outcome(token(KEY.as("RS512"), claims()))).isEqualTo("invalid-token");
    assertThat(outcome(token(KEY.as("PS256"), claims()))).isEqualTo("invalid-token");
    assertThat(outcome(token(new SigningKey("one", "RS256", OTHER.pair()), claims())))
        .isEqualTo("invalid-token");
  }

  @Test
  void the_public_key_is_no_shared_secret() {
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(KEY.pair().getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    for (String secret : List.of(pem, KEY.open().getString("n"))) {
      JWTAuth forger =
          JWTAuth.create(
              vertx,
              new JWTAuthOptions()
                  .addPubSecKey(
                      new PubSecKeyOptions().setId("one").setAlgorithm("HS256").setBuffer(secret)));
      assertThat(outcome(forger.generateToken(claims(), new JWTOptions().setAlgorithm("HS256"))))
          .isEqualTo("invalid-token");
    }
    issuer.publishAsItIs(
        KEY.open(),
        new JsonObject().put("kid", "oct").put("kty", "oct").put("alg", "HS256").put("k", "AAAA"));
    assertThat(outcome(with(new JsonObject().put("alg", "HS512").put("kid", "oct"), "AAAA")))
        .isEqualTo("invalid-token");
  }

  @Test
  void what_is_not_signed_is_refused_even_when_its_key_cannot_be_read() {
    issuer.publishAsItIs(
        KEY.open(), KEY.open().put("kid", "bad").put("n", "").put("e", new JsonArray()));
    assertThat(outcome(with(new JsonObject().put("alg", "RS256").put("kid", "new"), "AAAA")))
        .isEqualTo("invalid-token");
    for (String algorithm : List.of("none", "None", "RS256")) {
      for (String kid : List.of("one", "bad", "unknown")) {
        JsonObject header = new JsonObject().put("alg", algorithm).put("kid", kid);
        for (String end : List.of("", ".", ".AAAA")) {
          String unsigned = with(header, "");
          assertThat(outcome(unsigned.substring(0, unsigned.length() - 1) + end))
              .as(header + end)
              .isIn("invalid-token", "issuer-unavailable");
        }
      }
    }
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
  }

  private String with(JsonObject header, String signature) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString(header.encode().getBytes(StandardCharsets.UTF_8))
        + "."
        + base64.encodeToString(claims().encode().getBytes(StandardCharsets.UTF_8))
        + "."
        + signature;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a.b.c", "e30.e30.e30", "bnVsbA.e30.AA", "{}.{}.{}"})
  void what_is_no_token_is_refused(String token) {
    assertThat(outcome(token)).isEqualTo("invalid-token");
  }

  @Test
  void beside_an_issuer_the_shared_secret_speaks_for_services_alone() {
    assertThat(tokens.verify(tokens.forService("order")).await().roles())
        .containsExactly(Caller.SERVICE);
    assertThat(outcome(tokens.issue("c-1", List.of("customer"), List.of())))
        .isEqualTo("invalid-token");
    assertThat(outcome(tokens.issue("c-1", List.of("service", "admin"), List.of())))
        .isEqualTo("invalid-token");
    assertThat(outcome(new Tokens(vertx, SECRET + "!").forService("order")))
        .isEqualTo("invalid-token");
  }

  @Test
  void a_new_key_is_known_at_once_and_a_withdrawn_one_no_more() {
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
    issuer.publish(OTHER);
    assertThat(outcome(token(OTHER, claims()))).isEqualTo(OK);
    assertThat(outcome(token(KEY, claims()))).isNotEqualTo(OK);
    assertThat(outcome(token(KEY, issuedLongAgo()))).isEqualTo("invalid-token");
  }

  private JsonObject issuedLongAgo() {
    return claims().put("iat", in(-120));
  }

  @Test
  void a_token_of_a_new_key_waits_while_the_issuer_may_not_be_asked_again() {
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
    assertThat(outcome(token(OTHER, claims()))).isEqualTo("invalid-token");
    int asked = issuer.asked();
    issuer.publish(KEY, OTHER);
    Future<Caller> early = tokens.verify(token(OTHER, claims()));
    Future.join(List.of(early)).otherwiseEmpty().await();
    assertThat(early.cause())
        .isInstanceOfSatisfying(
            Refusal.class,
            no -> {
              assertThat(no.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE);
              assertThat(no.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(10));
            });
    assertThat(issuer.asked()).isEqualTo(asked);
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
    until(() -> outcome(token(OTHER, claims())).equals(OK));
    assertThat(issuer.asked()).isEqualTo(asked + 1);
  }

  @Test
  void a_token_from_before_the_last_fetch_is_refused_though_nobody_may_ask() {
    assertThat(outcome(token(OTHER, claims()))).isEqualTo("invalid-token");
    int asked = issuer.asked();
    assertThat(outcome(token(OTHER, issuedLongAgo()))).isEqualTo("invalid-token");
    assertThat(outcome(token(OTHER, claims()))).isEqualTo("issuer-unavailable");
    assertThat(issuer.asked()).isEqualTo(asked);
  }

  @Test
  void unknown_keys_do_not_make_us_flood_the_issuer() {
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
    List<Future<Caller>> flood = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      flood.add(tokens.verify(token(new SigningKey("k" + i, "RS256", OTHER.pair()), claims())));
    }
    Future.join(flood).otherwiseEmpty().await();
    assertThat(flood).allMatch(Future::failed);
    assertThat(issuer.asked()).isLessThanOrEqualTo(3);
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
  }

  @Test
  void while_the_issuer_is_away_known_keys_stay() {
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
    issuer.stop();
    assertThat(outcome(token(OTHER, claims()))).isEqualTo("issuer-unavailable");
    assertThat(outcome(token(KEY, claims()))).isEqualTo(OK);
    issuer.publish(OTHER);
    issuer.start();
    until(() -> outcome(token(OTHER, claims())).equals(OK));
  }

  @Test
  void an_issuer_that_never_answers_holds_no_connection() {
    AtomicInteger let = new AtomicInteger();
    int silent =
        vertx
            .createHttpServer()
            .connectionHandler(one -> one.closeHandler(v -> let.incrementAndGet()))
            .requestHandler(request -> {})
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    IssuerKeys keys = new IssuerKeys(vertx, "http://127.0.0.1:" + silent, new JWTOptions());
    until(() -> let.get() > 0);
    assertThat(keys.known()).isFalse();
  }

  @Test
  void a_stranger_in_the_issuers_place_is_not_believed() {
    issuer.claimToBe("http://127.0.0.1/another");
    tokens = tokens("roles");
    assertThat(outcome(token(KEY, claims()))).isEqualTo("issuer-unavailable");
  }

  @Test
  void before_the_issuer_was_there_a_person_is_told_to_come_back_and_a_service_is_served() {
    issuer.stop();
    tokens = tokens("roles");
    HttpApi api =
        new HttpApi(
            vertx,
            "things",
            TokensTest.class.getResource("things.yaml"),
            tokens,
            new Readiness(vertx));
    api.router().post("/things").respond(ctx -> Future.succeededFuture());
    api.router().get("/things").respond(ctx -> Future.succeededFuture());
    api.router().get("/things/:thingId").respond(ctx -> Future.succeededFuture());
    int port = api.listen(0).await();

    HttpResponse<?> person = get(port, "/things/1", token(KEY, claims()));
    assertThat(person.statusCode()).isEqualTo(503);
    assertThat(person.getHeader("Retry-After")).isEqualTo("2");
    assertThat(get(port, "/things/1", tokens.forService("order")).statusCode()).isEqualTo(204);
    assertThat(get(port, "/health/ready", null).statusCode()).isEqualTo(503);

    issuer.start();
    until(() -> get(port, "/things/1", token(KEY, claims())).statusCode() == 204);
    assertThat(get(port, "/health/ready", null).statusCode()).isEqualTo(200);
    HttpResponse<?> forged = get(port, "/things/1", token(OTHER, issuedLongAgo()));
    assertThat(forged.statusCode()).isEqualTo(401);
    assertThat(forged.getHeader("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(get(port, "/things/1", null).getHeader("WWW-Authenticate")).isEqualTo("Bearer");
  }

  private HttpResponse<?> get(int port, String path, String token) {
    var request = WebClient.create(vertx).get(port, "127.0.0.1", path);
    return (token == null ? request : request.bearerTokenAuthentication(token)).send().await();
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
