package baedal.journey;

import baedal.dev.Client;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Creates valid tokens for any person, and invalid tokens that every service must refuse. */
final class TestTokens {

  private static final Duration LONG_AGO = Duration.ofDays(1);

  private final String secret;
  private final ObjectNode header;
  private final ObjectNode claims;

  /** Copies header and claims from a token that the system has issued. */
  TestTokens(TestSystem system) throws IOException {
    String[] parts = system.anyone.as("token-sample", "customer").token().split("\\.", -1);
    secret = system.tokenSecret();
    header = decoded(parts[0]);
    claims = decoded(parts[1]);
  }

  /** A valid token; {@code stores} are the ids of the stores that the person works for. */
  String issue(String sub, List<String> roles, String... stores) {
    ObjectNode person = claims.deepCopy().put("sub", sub);
    person.set("roles", Json.mapper().valueToTree(roles));
    person.set("stores", Json.mapper().valueToTree(List.of(stores)));
    return signed(header, person, secret);
  }

  /** Invalid tokens by their fault. Each has all roles, so only the fault can cause a refusal. */
  Map<String, String> invalid() {
    ObjectNode all = claims.deepCopy();
    all.set(
        "roles",
        Json.mapper()
            .valueToTree(
                List.of("customer", "owner", "rider", "marketing", "admin", "service", "any")));
    ObjectNode expired = all.deepCopy();
    expired.put("exp", Instant.now().minus(LONG_AGO).getEpochSecond());
    ObjectNode eternal = all.deepCopy();
    eternal.remove("exp");
    ObjectNode noSubject = all.deepCopy();
    noSubject.remove("sub");
    String good = signed(header, all, secret);
    Map<String, String> invalid = new LinkedHashMap<>();
    invalid.put("expired", signed(header, expired, secret));
    invalid.put("without an expiry time", signed(header, eternal, secret));
    invalid.put("without a subject", signed(header, noSubject, secret));
    invalid.put("signed with another key", signed(header, all, secret + "!"));
    invalid.put("not signed", good.substring(0, good.lastIndexOf('.') + 1));
    invalid.put(
        "with the algorithm none",
        encoded(header.deepCopy().put("alg", "none")) + "." + encoded(all) + ".");
    invalid.put("cut in the middle", good.substring(0, good.length() / 2));
    invalid.put("that is not a JWT", "%00.%E2%98%83.e30");
    invalid.put("empty", "");
    return invalid;
  }

  /** The subject of a client's token. */
  static String sub(Client client) {
    return decoded(client.token().split("\\.", -1)[1]).path("sub").asText();
  }

  private static String signed(JsonNode header, JsonNode claims, String secret) {
    String content = encoded(header) + "." + encoded(claims);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] signature = mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(JsonNode json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode decoded(String part) {
    try {
      return (ObjectNode) Json.mapper().readTree(Base64.getUrlDecoder().decode(part));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
