package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Json;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Starts services with nothing but the commands and settings in their READMEs. {@code
 * -Dbaedal.standalone=all} starts all services and the audit. {@code tools/bench/standalone} also
 * builds them by the commands in the READMEs.
 */
class StandaloneTest {

  private static HttpServer issuer;
  private static Standalone standalone;

  @BeforeAll
  static void start() throws Exception {
    issuer = issuer();
    standalone = new Standalone("http://127.0.0.1:" + issuer.getAddress().getPort());
  }

  @AfterAll
  static void stop() throws IOException {
    if (standalone != null) {
      standalone.close();
    }
    issuer.stop(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"order", "gateway"})
  void a_service_becomes_ready_when_started_by_the_commands_of_its_readme(String service)
      throws Exception {
    standalone.prepare(service);
    standalone.start(service, Map.of());
    standalone.awaitReady(service);
    standalone.stop(service);
  }

  @Test
  @EnabledIfSystemProperty(named = "baedal.standalone", matches = "all")
  void the_system_works_when_started_by_the_commands_of_the_readmes() throws Exception {
    List<String> all = Standalone.SERVICES;
    for (String program : Stream.concat(all.stream(), Stream.of("audit")).toList()) {
      standalone.prepare(program);
    }
    for (String service : all) {
      standalone.start(service, Map.of());
    }
    for (String service : all) {
      standalone.awaitReady(service);
    }
    var health = standalone.get(URI.create(standalone.url("gateway") + "/health"), null);
    assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
    var stores = standalone.get(URI.create(standalone.url("gateway") + "/stores"), null);
    assertThat(stores.statusCode()).as(stores.body()).isEqualTo(200);
    assertThat(standalone.run("audit")).contains("everything agrees");
  }

  /** Starts an OpenID Connect issuer with one key. */
  private static HttpServer issuer() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    RSAPublicKey key = (RSAPublicKey) generator.generateKeyPair().getPublic();
    Map<String, String> published =
        Map.of(
            "kty", "RSA",
            "kid", "one",
            "use", "sig",
            "alg", "RS256",
            "n", base64(key.getModulus()),
            "e", base64(key.getPublicExponent()));
    server.createContext(
        "/.well-known/openid-configuration",
        exchange -> answer(exchange, Map.of("issuer", url, "jwks_uri", url + "/keys")));
    server.createContext("/keys", exchange -> answer(exchange, Map.of("keys", List.of(published))));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, Map<String, Object> body) throws IOException {
    byte[] bytes = Json.mapper().writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
  }
}
