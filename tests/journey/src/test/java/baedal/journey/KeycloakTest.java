package baedal.journey;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import baedal.backing.Secrets;
import baedal.backing.Tools;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the Keycloak section of the gateway's README, and the realm, the users of Redis and the
 * {@code helm test} of the chart, with a real Keycloak and all services. Maven downloads Keycloak
 * (160 MB).
 */
@EnabledIfSystemProperty(named = "baedal.keycloak", matches = ".+")
@EnabledOnOs(value = OS.LINUX, disabledReason = "SKIPPED: the scripts of the chart need Linux")
class KeycloakTest {

  private static final String PAGES = "baedal-web";
  private static final Pattern SETTING = Pattern.compile("(?m)^export (\\w+)=(\\S+)$");
  private static final String STORE =
      """
      {"name": "연남 김밥", "kind": "FOOD",
       "address": {"text": "서울 마포구 연남동", "lat": 37.56, "lng": 126.925}}\
      """;

  @TempDir static Path folder;

  private static Keycloak keycloak;
  private static Standalone system;

  @BeforeAll
  static void start() throws Exception {
    keycloak =
        new Keycloak(
            Path.of(System.getProperty("baedal.keycloak")),
            folder,
            Readme.TOP.resolve("helm/files/keycloak/baedal-realm.json"));
    system = new Standalone(keycloak.issuer());
    ChartRedis redis = new ChartRedis(folder);
    for (String service : Standalone.SERVICES) {
      Map<String, String> settings = documented();
      redis.uri(service).ifPresent(uri -> settings.put("REDIS_URI", uri));
      system.prepare(service);
      system.start(service, settings);
    }
    // Meanwhile the services ask for its keys again and again.
    keycloak.awaitReady();
    for (String service : Standalone.SERVICES) {
      system.awaitReady(service);
    }
  }

  /** The settings in the README's Keycloak section, with the issuer of this test. */
  private static Map<String, String> documented() throws IOException {
    Map<String, String> settings = new HashMap<>();
    Matcher setting = SETTING.matcher(Readme.of("gateway").block("sh", "OIDC_ROLES_CLAIM"));
    while (setting.find()) {
      settings.put(setting.group(1), setting.group(2));
    }
    String issuer = settings.get("OIDC_ISSUER");
    assertThat(issuer).endsWith("/realms/" + Keycloak.REALM);
    settings.put("OIDC_ISSUER", keycloak.issuer());
    return settings;
  }

  @AfterAll
  static void stop() throws IOException {
    if (system != null) {
      system.close();
    }
    if (keycloak != null) {
      keycloak.close();
    }
  }

  private static Keycloak.Tokens person(String name, List<String> roles, String... stores)
      throws Exception {
    String password = Secrets.random();
    keycloak.createUser(name, password, roles, List.of(stores));
    return keycloak.signIn(PAGES, name, password);
  }

  private static HttpResponse<String> get(String path, String token) throws IOException {
    return system.get(URI.create(system.url("gateway") + path), token);
  }

  private static int status(String path, String token) throws IOException {
    return get(path, token).statusCode();
  }

  private static JsonNode part(String token, int index) throws IOException {
    byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]);
    return Json.mapper().readTree(new String(json, StandardCharsets.UTF_8));
  }

  /** A request of each role. The services refuse it to a person without that role: 403. */
  private static HttpRequest.Builder requestOf(String role) {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    String path =
        switch (role) {
          case "customer" -> "/orders";
          case "owner" -> "/foodCookings?storeId=unknown";
          case "rider" -> "/deliveries";
          case "marketing" -> "/coupons";
          case "admin" -> "/deadLetters";
          default -> throw new IllegalArgumentException(role);
        };
    if (role.equals("marketing")) {
      request.header("Content-Type", "application/json").POST(BodyPublishers.ofString("{}"));
    }
    return request.uri(URI.create(system.url("gateway") + path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"customer", "owner", "rider", "marketing", "admin"})
  void a_person_of_the_chart_is_a_customer_and_has_the_role_of_their_name(String person)
      throws Exception {
    String token = keycloak.personToken(person);
    for (String role : List.of("customer", "owner", "rider", "marketing", "admin")) {
      HttpResponse<String> response =
          system.send(requestOf(role).header("Authorization", "Bearer " + token).build());
      if (role.equals("customer") || role.equals(person)) {
        assertThat(response.statusCode()).as(response.body()).isIn(200, 400, 404);
      } else {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(403);
      }
    }
  }

  @Test
  void helm_test_plays_one_order_to_its_end() throws Exception {
    HelmTest helmTest = HelmTest.run(Map.of());
    assertThat(helmTest.exitCode()).as(helmTest.output()).isZero();
    assertThat(helmTest.output()).contains("the order is COMPLETED");
  }

  @ParameterizedTest
  @CsvSource({
    "TEST_CLIENT_SECRET, wrong, Keycloak gives rider no token",
    "GATEWAY, http://127.0.0.1:1, POST /stores"
  })
  void helm_test_fails_and_names_the_failed_step(String variable, String value, String message)
      throws Exception {
    HelmTest helmTest = HelmTest.run(Map.of(variable, value));
    assertThat(helmTest.exitCode()).as(helmTest.output()).isEqualTo(1);
    assertThat(helmTest.output()).contains("failed: " + message);
  }

  /** One run of the script that the pod of {@code helm test} runs. */
  private record HelmTest(int exitCode, String output) {

    private static final long ENDS_WITHIN_SECONDS = 300;

    /** {@code wrong}: variables that replace those of the chart. */
    static HelmTest run(Map<String, String> wrong) throws Exception {
      assumeTrue(Tools.find("curl").isPresent(), "SKIPPED: the script of helm test needs curl");
      Path output = Files.createTempFile(folder, "helm-test", ".log");
      ProcessBuilder script =
          new ProcessBuilder("sh", Readme.TOP.resolve("helm/files/test/order.sh").toString())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      script.environment().put("ISSUER", keycloak.issuer());
      script.environment().put("GATEWAY", system.url("gateway"));
      script.environment().put("TEST_CLIENT_SECRET", keycloak.testClientSecret());
      script.environment().put("PEOPLE_PASSWORD", keycloak.peoplePassword());
      script.environment().putAll(wrong);
      Process process = script.start();
      boolean ended = process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertThat(ended).as(Files.readString(output)).isTrue();
      return new HelmTest(process.exitValue(), Files.readString(output));
    }
  }

  @Test
  void a_customer_may_read_orders_but_no_kitchen_board() throws Exception {
    Keycloak.Tokens customer = person("customer-1", List.of());
    assertThat(part(customer.access(), 1).path("aud").asText()).isEqualTo("baedal");
    assertThat(status("/orders", customer.access())).isEqualTo(200);
    assertThat(status("/foodCookings?storeId=any", customer.access())).isEqualTo(403);
  }

  @Test
  void staff_may_read_only_the_kitchen_boards_of_the_stores_in_their_token() throws Exception {
    String owner = person("owner-1", List.of("owner")).access();
    String store = open(owner);
    String staff = person("staff-1", List.of("owner"), "another", store).access();
    String stranger = person("stranger-1", List.of("owner"), "another").access();
    String board = "/foodCookings?storeId=" + store;
    assertThat(status(board, owner)).isEqualTo(200);
    assertThat(status(board, staff)).isEqualTo(200);
    assertThat(status(board, stranger)).isEqualTo(404);
  }

  private static String open(String owner) throws IOException {
    HttpResponse<String> opened =
        system.send(
            HttpRequest.newBuilder(URI.create(system.url("gateway") + "/stores"))
                .header("Authorization", "Bearer " + owner)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(STORE))
                .build());
    assertThat(opened.statusCode()).as(opened.body()).isEqualTo(201);
    return Json.mapper().readTree(opened.body()).path("storeId").asText();
  }

  @Test
  void a_program_has_the_roles_of_its_service_account() throws Exception {
    String program = keycloak.programToken("baedal-operations");
    assertThat(status("/deadLetters/order", program)).isEqualTo(200);
    assertThat(status("/orders", program)).isEqualTo(403);
  }

  @Test
  void a_token_for_another_audience_is_refused() throws Exception {
    String password = Secrets.random();
    keycloak.createPublicClient("another-site", List.of());
    keycloak.createUser("customer-2", password, List.of(), List.of());
    String token = keycloak.signIn("another-site", "customer-2", password).access();
    assertThat(part(token, 1).path("aud").toString()).doesNotContain("baedal");
    assertThat(status("/orders", token)).isEqualTo(401);
  }

  @Test
  void an_id_token_is_refused() throws Exception {
    Keycloak.Tokens customer = person("customer-3", List.of());
    assertThat(part(customer.id(), 1).path("aud").asText()).isEqualTo(PAGES);
    assertThat(status("/orders", customer.id())).isEqualTo(401);
  }

  /**
   * The client has the name of the audience, so its ID tokens have the right audience. The gateway
   * refuses them because of their type.
   */
  @Test
  void an_id_token_with_the_right_audience_is_refused() throws Exception {
    String password = Secrets.random();
    keycloak.createPublicClient("baedal", List.of("baedal"));
    keycloak.createUser("customer-4", password, List.of(), List.of());
    String token = keycloak.signIn("baedal", "customer-4", password).id();
    assertThat(part(token, 1).path("aud").asText()).isEqualTo("baedal");
    assertThat(status("/orders", token)).isEqualTo(401);
  }

  @Test
  void tokens_of_the_old_and_the_new_key_are_accepted_after_a_rotation() throws Exception {
    String before = person("customer-5", List.of()).access();
    keycloak.rotateKey();
    String after = person("customer-6", List.of()).access();
    assertThat(part(after, 0).path("kid")).isNotEqualTo(part(before, 0).path("kid"));
    await()
        .until(
            () -> {
              try {
                int status = status("/orders", after);
                assertThat(status).as("the status of a request with a valid token").isIn(200, 503);
                return status == 200;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(status("/orders", before)).isEqualTo(200);
  }

  @Test
  void a_token_with_200_roles_is_accepted() throws Exception {
    List<String> roles =
        IntStream.range(0, 200).mapToObj(i -> "a-role-of-another-application-" + i).toList();
    keycloak.createRoles(roles);
    String password = Secrets.random();
    keycloak.createUser("customer-7", password, roles, List.of());
    keycloak.createPublicClient("all-roles", List.of("baedal"));
    String token = keycloak.signIn("all-roles", "customer-7", password).access();
    assertThat(token.length()).isGreaterThan(8_192);
    assertThat(status("/orders", token)).isEqualTo(200);
    String ofPages = keycloak.signIn(PAGES, "customer-7", password).access();
    assertThat(ofPages.length()).as("the length of a token of the web pages").isLessThan(2_048);
  }
}
