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

/** Tokens of a town, true ones for whoever is asked for, and such that must not open any door. */
final class TestTokens {

  private static final Duration LONG_AGO = Duration.ofDays(1);

  private final String secret;
  private final ObjectNode header;
  private final ObjectNode claims;

  /** As the town's own door issues them. */
  TestTokens(TestSystem town) throws IOException {
    String[] parts = town.anyone.as("papers", "customer").token().split("\\.", -1);
    secret = town.tokenSecret();
    header = decoded(parts[0]);
    claims = decoded(parts[1]);
  }

  /** {@code stores} are those that a store's staff works for. */
  String of(String sub, List<String> roles, String... stores) {
    ObjectNode person = claims.deepCopy().put("sub", sub);
    person.set("roles", Json.mapper().valueToTree(roles));
    person.set("stores", Json.mapper().valueToTree(List.of(stores)));
    return signed(header, person, secret);
  }

  /** By what is wrong with them; else they would do for everything. */
  Map<String, String> bad() {
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
    ObjectNode nobody = all.deepCopy();
    nobody.remove("sub");
    String good = signed(header, all, secret);
    Map<String, String> bad = new LinkedHashMap<>();
    bad.put("expired", signed(header, expired, secret));
    bad.put("valid for ever", signed(header, eternal, secret));
    bad.put("of nobody", signed(header, nobody, secret));
    bad.put("signed by somebody else", signed(header, all, secret + "!"));
    bad.put("not signed", good.substring(0, good.lastIndexOf('.') + 1));
    bad.put(
        "of no algorithm",
        encoded(header.deepCopy().put("alg", "none")) + "." + encoded(all) + ".");
    bad.put("broken", good.substring(0, good.length() / 2));
    bad.put("no token", "%00.%E2%98%83.e30");
    bad.put("empty", "");
    return bad;
  }

  /** Who a client is. */
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
