package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import baedal.backing.Secrets;
import baedal.backing.ServerProcess;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Runs a real Keycloak on loopback for {@link KeycloakTest}, in development mode. It has only the
 * realm of the Helm chart. Its data is in memory, and its passwords are random.
 */
final class Keycloak implements AutoCloseable {

  static final String REALM = "baedal";

  /** The redirect URI that the realm allows for the client of the web pages. */
  private static final String RETURN = "https://app.example.com/signed-in";

  private static final Duration STARTS_WITHIN = Duration.ofMinutes(10);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
  private static final String ADMIN = "operator";
  private static final Pattern FORM = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");
  private static final Pattern CODE = Pattern.compile("[?&]code=([^&]+)");

  private final String url;
  private final String password = Secrets.random();
  private final String testClientSecret = Secrets.random();
  private final String peoplePassword = Secrets.random();
  private final ServerProcess process;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** The access token and the ID token of one sign-in. */
  record Tokens(String access, String id) {}

  /** Starts the distribution {@code zip} in {@code folder}, with the realm file {@code realm}. */
  Keycloak(Path zip, Path folder, Path realm) throws IOException {
    Path root = unpack(zip, folder);
    Path imported = root.resolve("data/import").resolve(realm.getFileName());
    Files.createDirectories(imported.getParent());
    Files.copy(realm, imported);
    int port = Ports.free();
    url = "http://127.0.0.1:" + port;
    process =
        ServerProcess.start(
            "Keycloak",
            List.of(
                "bash",
                root.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--db=dev-mem",
                "--import-realm"),
            Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "JAVA_OPTS_KC_HEAP",
                "-Xms64m -Xmx512m -XX:TieredStopAtLevel=1",
                "KC_BOOTSTRAP_ADMIN_USERNAME",
                ADMIN,
                "KC_BOOTSTRAP_ADMIN_PASSWORD",
                password,
                "TEST_CLIENT_SECRET",
                testClientSecret,
                "PEOPLE_PASSWORD",
                peoplePassword),
            folder.resolve("keycloak.log"));
  }

  void awaitReady() throws IOException {
    process.await(this::answers, STARTS_WITHIN);
  }

  /** Unpacks the archive; returns the one folder in it. */
  private static Path unpack(Path zip, Path folder) throws IOException {
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream archive = new ZipInputStream(file)) {
      for (ZipEntry entry; (entry = archive.getNextEntry()) != null; ) {
        Path to = folder.resolve(entry.getName()).normalize();
        assertThat(to).startsWithRaw(folder);
        if (entry.isDirectory()) {
          Files.createDirectories(to);
        } else {
          Files.createDirectories(to.getParent());
          Files.copy(archive, to);
        }
      }
    }
    try (var roots = Files.list(folder)) {
      return roots.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }

  private boolean answers() {
    try {
      String discovery = issuer() + "/.well-known/openid-configuration";
      return send(HttpRequest.newBuilder(URI.create(discovery))).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** The {@code iss} of tokens, without a slash at its end. */
  String issuer() {
    return url + "/realms/" + REALM;
  }

  /** The secret of the client {@code baedal-test}. */
  String testClientSecret() {
    return testClientSecret;
  }

  /** The password of each person of the realm file. */
  String peoplePassword() {
    return peoplePassword;
  }

  /** Returns a token of a person of the realm file, as {@code helm test} gets it. */
  String personToken(String person) throws IOException {
    return token(
        REALM,
        Map.of(
            "grant_type", "password",
            "client_id", "baedal-test",
            "client_secret", testClientSecret,
            "username", person,
            "password", peoplePassword));
  }

  private String token(String realm, Map<String, String> form) throws IOException {
    return tokens(realm, form).path("access_token").asText();
  }

  private JsonNode tokens(String realm, Map<String, String> form) throws IOException {
    HttpResponse<String> answer =
        send(
            form(url + "/realms/" + realm + "/protocol/openid-connect/token", form)
                .header("Accept", "application/json"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.mapper().readTree(answer.body());
  }

  /** Returns a token of a program, by the client credentials flow of a confidential client. */
  String programToken(String clientId) throws IOException {
    String secret = admin("GET", client(clientId) + "/client-secret", null).path("value").asText();
    return token(
        REALM,
        Map.of("grant_type", "client_credentials", "client_id", clientId, "client_secret", secret));
  }

  /**
   * Signs a user in with the authorization code flow and PKCE. Plays the web page and the browser.
   */
  Tokens signIn(String clientId, String user, String password) throws Exception {
    String verifier = Secrets.random();
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
    Map<String, String> query =
        Map.of(
            "response_type",
            "code",
            "client_id",
            clientId,
            "redirect_uri",
            RETURN,
            "scope",
            "openid",
            "state",
            Secrets.random(),
            "code_challenge",
            Base64.getUrlEncoder().withoutPadding().encodeToString(digest),
            "code_challenge_method",
            "S256");
    HttpResponse<String> page =
        send(
            HttpRequest.newBuilder(
                URI.create(issuer() + "/protocol/openid-connect/auth?" + encoded(query))));
    assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
    Matcher action = FORM.matcher(page.body());
    assertThat(action.find()).as(page.body()).isTrue();
    String cookies =
        page.headers().allValues("Set-Cookie").stream()
            .map(cookie -> cookie.replaceAll(";.*", ""))
            .collect(Collectors.joining("; "));
    HttpResponse<String> signedIn =
        send(
            form(
                    action.group(1).replace("&amp;", "&"),
                    Map.of("username", user, "password", password))
                .header("Cookie", cookies));
    assertThat(signedIn.statusCode()).as(signedIn.body()).isEqualTo(302);
    String location = signedIn.headers().firstValue("Location").orElseThrow();
    Matcher code = CODE.matcher(location);
    assertThat(location).startsWith(RETURN);
    assertThat(code.find()).as(location).isTrue();
    JsonNode tokens =
        tokens(
            REALM,
            Map.of(
                "grant_type", "authorization_code",
                "client_id", clientId,
                "code", code.group(1),
                "redirect_uri", RETURN,
                "code_verifier", verifier));
    return new Tokens(tokens.path("access_token").asText(), tokens.path("id_token").asText());
  }

  /**
   * Creates a user with these roles in addition to the default roles; {@code stores} are the ids of
   * the stores that the user works for.
   */
  void createUser(String name, String password, List<String> roles, List<String> stores)
      throws IOException {
    create(
        "users",
        List.of(
            Map.of(
                "username",
                name,
                "enabled",
                true,
                "attributes",
                Map.of("stores", stores),
                "credentials",
                List.of(Map.of("type", "password", "value", password)),
                "realmRoles",
                Stream.concat(Stream.of("default-roles-" + REALM), roles.stream()).toList())));
  }

  void createRoles(List<String> names) throws IOException {
    List<Map<String, String>> roles = names.stream().map(name -> Map.of("name", name)).toList();
    create("roles", Map.of("realm", roles));
  }

  private void create(String kind, Object objects) throws IOException {
    admin("POST", "/partialImport", Map.of("ifResourceExists", "FAIL", kind, objects));
  }

  /**
   * Creates a public client that the realm file does not have; {@code scopes}: its client scopes.
   */
  void createPublicClient(String clientId, List<String> scopes) throws IOException {
    admin(
        "POST",
        "/clients",
        Map.of(
            "clientId",
            clientId,
            "publicClient",
            true,
            "standardFlowEnabled",
            true,
            "fullScopeAllowed",
            true,
            "redirectUris",
            List.of(RETURN),
            "defaultClientScopes",
            scopes,
            "optionalClientScopes",
            List.of()));
  }

  /** Makes Keycloak sign tokens with a new key. It still publishes the old key. */
  void rotateKey() throws IOException {
    String realm = admin("GET", "", null).path("id").asText();
    admin(
        "POST",
        "/components",
        Map.of(
            "name", "new-key",
            "providerId", "rsa-generated",
            "providerType", "org.keycloak.keys.KeyProvider",
            "parentId", realm,
            "config", Map.of("priority", List.of("1000"))));
  }

  private String client(String clientId) throws IOException {
    return "/clients/" + admin("GET", "/clients?clientId=" + clientId, null).at("/0/id").asText();
  }

  /** Calls the admin API of the realm; {@code body} may be null. */
  private JsonNode admin(String method, String path, Object body) throws IOException {
    String token =
        token(
            "master",
            Map.of(
                "grant_type",
                "password",
                "client_id",
                "admin-cli",
                "username",
                ADMIN,
                "password",
                password));
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(URI.create(url + "/admin/realms/" + REALM + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(
                    method,
                    body == null
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofString(Json.mapper().writeValueAsString(body))));
    assertThat(answer.statusCode())
        .as("%s %s: %s", method, path, answer.body())
        .isBetween(200, 204);
    return Json.mapper().readTree(answer.body().isEmpty() ? "null" : answer.body());
  }

  private static HttpRequest.Builder form(String uri, Map<String, String> fields) {
    return HttpRequest.newBuilder(URI.create(uri))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(encoded(fields)));
  }

  private static String encoded(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(f -> f.getKey() + "=" + URLEncoder.encode(f.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.timeout(ANSWERS_WITHIN).build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    process.kill();
  }
}
