package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignedStatementsTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration SHORT = Duration.ofSeconds(30);
  private static final JsonObject CONTENT =
      new JsonObject().put("orderId", "o-1").put("customerId", "손님").put("due", 12_000);

  private final SignedStatements statements = at(SECRET, "due", NOW);

  private static SignedStatements at(String secret, String purpose, Instant now) {
    return new SignedStatements(secret, purpose, Clock.fixed(now, ZoneOffset.UTC));
  }

  @Test
  void a_signed_statement_has_its_content_and_fits_into_a_header() {
    String signed = statements.sign(CONTENT, SHORT);
    assertThat(signed).matches("[A-Za-z0-9_.-]+");
    assertThat(statements.verify(signed)).contains(CONTENT);
  }

  @Test
  void a_statement_is_empty_after_it_has_expired() {
    String signed = statements.sign(CONTENT, SHORT);
    assertThat(at(SECRET, "due", NOW.plus(SHORT).minusMillis(1)).verify(signed)).isPresent();
    assertThat(at(SECRET, "due", NOW.plus(SHORT)).verify(signed)).isEmpty();
  }

  @Test
  void a_statement_of_another_secret_or_purpose_is_empty() {
    String signed = statements.sign(CONTENT, SHORT);
    assertThat(at(SECRET + "2", "due", NOW).verify(signed)).isEmpty();
    assertThat(at(SECRET, "refund", NOW).verify(signed)).isEmpty();
  }

  @Test
  void a_changed_or_malformed_statement_is_empty() {
    String signed = statements.sign(CONTENT, SHORT);
    String other = statements.sign(CONTENT.copy().put("due", 1), SHORT);
    String content = signed.substring(0, signed.indexOf('.'));
    String signatureOfOther = other.substring(other.indexOf('.'));
    for (String wrong :
        List.of("", ".", "..", content, content + ".", content + signatureOfOther, signed + ".")) {
      assertThat(statements.verify(wrong)).as(wrong).isEmpty();
    }
  }

  @Test
  void a_token_is_no_statement_and_a_statement_is_no_token() {
    Vertx vertx = Vertx.vertx();
    try {
      Tokens tokens = new Tokens(vertx, SECRET);
      assertThat(statements.verify(tokens.forService("order"))).isEmpty();
      assertThat(tokens.verify(statements.sign(CONTENT, SHORT)).map(true).otherwise(false).await())
          .isFalse();
    } finally {
      vertx.close().await();
    }
  }
}
