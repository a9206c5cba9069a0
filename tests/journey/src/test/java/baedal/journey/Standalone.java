package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import baedal.backing.Rabbit;
import baedal.backing.RabbitPackage;
import baedal.backing.Secrets;
import baedal.backing.ServerProcess;
import baedal.backing.Tools;
import baedal.rabbitmq.BrokerDefinitions;
import baedal.runtime.Json;
import baedal.testkit.TestServers;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Prepares and starts services by the commands in their READMEs, each as a process, for tests of
 * these commands. It replaces the ports, the servers and the class path in the commands by those of
 * the test. With {@code -Dbaedal.jars=true} it keeps the class path; then the build commands must
 * have run before, as in {@code tools/bench/standalone}.
 */
final class Standalone implements AutoCloseable {

  static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");

  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(20);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);
  private static final long COMMAND_SECONDS = 60;
  private static final Pattern CLASS_PATH = Pattern.compile("-cp '[^']*'");
  private static final Pattern READY = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)(/\\S+)");

  private final Path home;
  private final Rabbit broker;
  private final String postgres = TestServers.postgres();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Addresses and URIs in the examples, and those of the test that replace them. */
  private final Map<String, String> replacements = new HashMap<>();

  private final Map<String, Integer> ports = new HashMap<>();
  private final Set<String> prepared = new HashSet<>();
  private final Map<String, ServerProcess> running = new LinkedHashMap<>();

  /** {@code issuer} is the URL of the OpenID Connect issuer that signs the users' tokens. */
  Standalone(String issuer) throws IOException {
    home = Files.createTempDirectory("baedal-standalone");
    broker = startBroker();
    replacements.put("https://login.example.com", issuer);
    replacements.put("127.0.0.1:5672", "127.0.0.1:" + broker.port());
    for (String service : SERVICES) {
      ports.put(service, Ports.free());
      replacements.put("127.0.0.1:" + documentedPort(service), "127.0.0.1:" + port(service));
    }
    ports.put("operations", Ports.free());
    replacements.put("127.0.0.1:8089", "127.0.0.1:" + ports.get("operations"));
  }

  private static String documentedPort(String service) throws IOException {
    return Readme.of(service).settings().stream()
        .filter(setting -> setting.key().equals("PORT"))
        .findFirst()
        .orElseThrow()
        .byDefault()
        .orElseThrow();
  }

  private Rabbit startBroker() throws IOException {
    Path folder = home.resolve("rabbitmq");
    String password = Secrets.random();
    if (!RabbitPackage.isInstalled() && Tools.docker()) {
      return Rabbit.startInDocker(folder, Ports.free(), Ports.free(), password);
    }
    RabbitPackage.ensureInstalled(System.err::println);
    return Rabbit.start(folder, Ports.free(), Ports.free(), password, null);
  }

  int port(String service) {
    return ports.get(service);
  }

  String url(String service) {
    return "http://127.0.0.1:" + port(service);
  }

  /** Prepares the program's database and broker user by its README. A second call does nothing. */
  void prepare(String program) throws Exception {
    if (!prepared.add(program)) {
      return;
    }
    Readme readme = Readme.of(program);
    switch (program) {
      case "order", "payment" -> createDatabase(readme, "baedal_" + program);
      case "store", "rider", "mypage" ->
          replacements.put(readme.example().get("MONGO_URI"), TestServers.mongo());
      case "coupon" -> replacements.put(readme.example().get("REDIS_URI"), TestServers.redis());
      default -> {
        // the gateway has no database; the audit reads those of the services
      }
    }
    if (!program.equals("gateway")) {
      importDefinitions(readme);
    }
  }

  /** Runs the README's SQL with a database name that no other test run on this server uses. */
  private void createDatabase(Readme readme, String name) throws SQLException {
    URI server = URI.create(postgres);
    String own = name + "_" + home.getFileName().toString().replaceAll("\\D", "");
    String[] user = server.getUserInfo().split(":", 2);
    String jdbc = "jdbc:postgresql://" + server.getHost() + ":" + server.getPort() + "/postgres";
    try (Connection connection = DriverManager.getConnection(jdbc, user[0], user[1]);
        Statement statement = connection.createStatement()) {
      for (String command : readme.block("sql", name).replace(name, own).lines().toList()) {
        statement.execute(command);
      }
    }
    String example = "postgresql://" + name + ":change-me@127.0.0.1:5432/" + name;
    String address = server.getHost() + ":" + server.getPort();
    replacements.put(example, example.replace(name, own).replace("127.0.0.1:5432", address));
  }

  /** Does the same as {@code rabbitmqctl import_definitions}, with the management API. */
  private void importDefinitions(Readme readme) throws Exception {
    String command =
        readme
            .commands(BrokerDefinitions.class.getName())
            .lines()
            .filter(line -> line.contains(BrokerDefinitions.class.getName()))
            .findFirst()
            .orElseThrow();
    String definitions = shell(command.substring(0, command.indexOf('>')));
    String user = URI.create(broker.uri()).getUserInfo();
    String basic = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> imported =
        http.send(
            HttpRequest.newBuilder(URI.create(broker.management() + "/api/definitions"))
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(definitions))
                .build(),
            BodyHandlers.ofString());
    assertThat(imported.statusCode()).as(imported.body()).isEqualTo(204);
  }

  /** Starts the service. {@code settings} replace or extend those of the README's example. */
  void start(String service, Map<String, String> settings) throws IOException {
    Map<String, String> own = new LinkedHashMap<>(settings);
    own.put("PORT", "" + port(service));
    if (service.equals("gateway")) {
      own.put("OPERATIONS_PORT", "" + ports.get("operations"));
    }
    Path log = home.resolve(service).resolve("log");
    List<String> command = List.of("sh", "-c", script(Readme.of(service).start(), own));
    running.put(service, ServerProcess.start(service, clean(command), Map.of(), log));
  }

  /** Runs a program that ends by itself; returns its output. Fails if the exit code is not 0. */
  String run(String program) throws Exception {
    return shell(script(Readme.of(program).start(), Map.of()));
  }

  private String script(String documented, Map<String, String> settings) {
    StringBuilder script = new StringBuilder();
    for (String line : documented.lines().toList()) {
      if (line.startsWith("java ")) {
        settings.forEach((key, value) -> script.append("export " + key + "=" + value + "\n"));
        script.append("exec ");
      }
      script.append(line).append('\n');
    }
    String all = script.toString();
    // A URI can contain an address that is also replaced, so the longest text is replaced first.
    List<String> longestFirst =
        replacements.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    for (String text : longestFirst) {
      all = all.replace(text, replacements.get(text));
    }
    return "cd '" + Readme.TOP + "'\n" + withClassPath(all);
  }

  private static String withClassPath(String script) {
    if (Boolean.getBoolean("baedal.jars")) {
      return script;
    }
    String own = "-cp '" + System.getProperty("java.class.path") + "'";
    return CLASS_PATH.matcher(script).replaceAll(Matcher.quoteReplacement(own));
  }

  /** The command with an empty environment, except for PATH: it gets no setting of the test. */
  private static List<String> clean(List<String> command) {
    String java = Path.of(System.getProperty("java.home"), "bin").toString();
    String path = "PATH=" + java + ":" + System.getenv("PATH");
    return Stream.concat(Stream.of("env", "-i", path), command.stream()).toList();
  }

  private String shell(String script) throws Exception {
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    Process process =
        new ProcessBuilder(clean(List.of("sh", "-c", withClassPath(script))))
            .directory(Readme.TOP.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    boolean ended = process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("the command ended within 60 s").isTrue();
    assertThat(process.exitValue()).as(Files.readString(err) + Files.readString(out)).isZero();
    return Files.readString(out);
  }

  /** Waits until the service's readiness probe answers with the checks in its README. */
  void awaitReady(String service) throws IOException {
    Readme readme = Readme.of(service);
    JsonNode wanted = Json.mapper().readTree(readme.block("json", "\"checks\""));
    Matcher asked = READY.matcher(readme.block("sh", "/health/ready"));
    assertThat(asked.find()).isTrue();
    URI uri =
        URI.create("http://" + replacements.get("127.0.0.1:" + asked.group(1)) + asked.group(2));
    running.get(service).await(() -> isReady(uri, wanted), READY_WITHIN);
  }

  private boolean isReady(URI uri, JsonNode wanted) {
    try {
      HttpResponse<String> answer = get(uri, null);
      return answer.statusCode() == 200 && same(Json.mapper().readTree(answer.body()), wanted);
    } catch (IOException e) {
      return false;
    }
  }

  /** Compares the status and the checks; the order of the checks does not matter. */
  private static boolean same(JsonNode health, JsonNode wanted) {
    List<JsonNode> checks = new ArrayList<>();
    List<JsonNode> wantedChecks = new ArrayList<>();
    health.path("checks").forEach(checks::add);
    wanted.path("checks").forEach(wantedChecks::add);
    return health.path("status").equals(wanted.path("status"))
        && checks.size() == wantedChecks.size()
        && checks.containsAll(wantedChecks);
  }

  /** {@code token} may be null. */
  HttpResponse<String> get(URI uri, String token) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWERS_WITHIN);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return send(request.build());
  }

  HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  void stop(String service) {
    running.remove(service).stop(STOPS_WITHIN);
  }

  @Override
  public void close() throws IOException {
    running.values().parallelStream().forEach(process -> process.stop(STOPS_WITHIN));
    broker.stop();
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).forEach(Standalone::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
