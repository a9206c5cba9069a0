package baedal.dev;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts a system, kills it, restarts it, stops it, and starts it with {@code --fresh}. */
class SystemTest {

  private static final long DEADLINE_SECONDS = 120;

  /** A name beyond ASCII, if this JVM can open such files. */
  private static final String FOLDER =
      System.getProperty("sun.jnu.encoding").equals("UTF-8") ? "배달 집" : "a folder";

  @TempDir Path temp;
  private final List<ProcessHandle> started = new ArrayList<>();
  private Settings settings;
  private Path home;

  @AfterEach
  void killRemainingProcesses() {
    started.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void data_survives_a_killed_run_and_only_a_fresh_start_deletes_it() throws Exception {
    home = temp.resolve(FOLDER);
    settings = Settings.onFreePorts();

    Command first = ready();
    List<ProcessHandle> processes = checkDescription(first.pid());
    Map<String, String> secrets = secrets();
    checkCommandLines(processes, secrets);
    String order = order();
    checkAudit();
    checkSecondRunIsRefused();

    first.kill();
    awaitNoProcessLeft();

    Process bystander = new ProcessBuilder("sleep", "600").start();
    started.add(bystander.toHandle());
    Files.writeString(home.resolve("redis/redis.log.pid"), bystander.pid() + " 1000");
    Command again = ready();
    assertThat(secrets()).isEqualTo(secrets);
    assertThat(orders()).contains(order);

    again.terminate();
    again.end();
    awaitNoProcessLeft();
    assertThat(home.resolve("run.json")).doesNotExist();
    assertThat(bystander.isAlive()).as("a process that the system did not start").isTrue();

    Command fresh = run("--fresh");
    started.add(ProcessHandle.of(fresh.pid()).orElseThrow());
    await(
        "the start of a server",
        () -> fresh.out().contains("all data is deleted") && fresh.out().contains(" is up"));
    assertThat(home.resolve("postgres/data/base")).doesNotExist();
    fresh.terminate();
    fresh.end();
    awaitNoProcessLeft();
  }

  @Test
  void a_copy_of_the_data_folder_restores_a_lost_system() throws Exception {
    home = temp.resolve(FOLDER);
    settings = Settings.onFreePorts();
    Command first = ready();
    String order = order();
    stop(first);
    Path copy = temp.resolve("copy");
    copy(home, copy);

    delete(home);
    copy(copy, home);
    Command restored = ready();
    assertThat(orders()).contains(order);
    checkAudit();
    stop(restored);
  }

  private void stop(Command command) throws Exception {
    command.terminate();
    command.end();
    awaitNoProcessLeft();
  }

  /** Copies a folder with owners and permissions, as docs/operations.md says. */
  private static void copy(Path from, Path to) throws Exception {
    execute("cp", "-a", from.toString(), to.toString());
  }

  private static void delete(Path folder) throws Exception {
    execute("rm", "-r", folder.toString());
  }

  private static void execute(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private Command run(String... arguments) throws IOException {
    Map<String, String> environment = new HashMap<>();
    settings.ports().forEach((name, port) -> environment.put(name, "" + port));
    return Command.run(home, environment, arguments);
  }

  private Command ready(String... arguments) throws Exception {
    Command command = run(arguments);
    ProcessHandle.of(command.pid()).ifPresent(started::add);
    await(
        "ready",
        () -> {
          assertThat(command.alive()).as("%s", command.errors()).isTrue();
          return command.out().contains("ready: " + settings.url("gateway"));
        });
    return command;
  }

  /** Checks that each process in run.json listens at its address, and on loopback only. */
  private List<ProcessHandle> checkDescription(long launcher) throws IOException {
    JsonNode run = Json.mapper().readTree(home.resolve("run.json").toFile());
    assertThat(run.path("gateway").asText()).isEqualTo(settings.url("gateway"));
    assertThat(new Client(run.path("operations").asText()).get("/health/ready").status())
        .isEqualTo(200);
    assertThat(run.path("processes").findValuesAsText("name"))
        .hasSize(4 + Services.NAMES.size())
        .containsAll(Services.NAMES)
        .contains("PostgreSQL", "Redis", "RabbitMQ");
    for (JsonNode process : run.path("processes")) {
      String[] address = process.path("address").asText().split(":", 2);
      assertThat(listening(process.path("pid").asLong()))
          .as("%s", process)
          .containsEntry(Integer.parseInt(address[1]), address[0]);
      if (Services.NAMES.contains(process.path("name").asText())) {
        assertThat(process.path("pid").asLong()).as("%s", process).isEqualTo(launcher);
      }
      assertThat(Path.of(process.path("data").asText())).startsWith(home).isDirectory();
    }
    List<ProcessHandle> all = new ArrayList<>();
    all.add(ProcessHandle.of(launcher).orElseThrow());
    all.get(0).descendants().forEach(all::add);
    for (JsonNode process : run.path("processes")) {
      ProcessHandle.of(process.path("pid").asLong()).ifPresent(all::add);
    }
    for (ProcessHandle process : all) {
      assertThat(listening(process.pid()).values())
          .as("%s", process.info())
          .allMatch("127.0.0.1"::equals);
    }
    started.addAll(all);
    assertThat(processesAtHome()).hasSizeGreaterThanOrEqualTo(4);
    return all;
  }

  /** The address of each port on which a process accepts connections. Works on Linux only. */
  private static Map<Integer, String> listening(long pid) throws IOException {
    List<String> sockets = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files.toList()) {
        sockets.add(link(file));
      }
    }
    Map<Integer, String> ports = new TreeMap<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/net/" + table))) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns[3].equals("0A") && sockets.contains("socket:[" + columns[9] + "]")) {
          String[] address = columns[1].split(":", 2);
          boolean loopback = address[0].matches(".*0100007F|0{24}01000000");
          ports.put(Integer.parseInt(address[1], 16), loopback ? "127.0.0.1" : address[0]);
        }
      }
    }
    return ports;
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      return "closed";
    }
  }

  /** All secrets by name. Checks that only the owner can read a file that contains a secret. */
  private Map<String, String> secrets() throws IOException {
    Map<String, String> secrets = new TreeMap<>();
    for (Path file : files(home.resolve("secrets"))) {
      secrets.put(file.getFileName().toString(), Files.readString(file));
    }
    Path cookie = home.resolve("rabbitmq/.erlang.cookie");
    secrets.put("cookie", Files.readString(cookie));
    assertThat(secrets).containsKeys("token", "rabbitmq", "rabbitmq-order");
    assertThat(permissions(home)).isEqualTo("rwx------");
    for (String folder : List.of("secrets", "rabbitmq", "redis", "logs")) {
      for (Path file : files(home.resolve(folder))) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (secrets.values().stream().anyMatch(content::contains)) {
          assertThat(permissions(file)).as("%s", file).isEqualTo("rw-------");
        }
      }
    }
    return secrets;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** Checks that no command line contains a secret: every user of the machine can read them. */
  private void checkCommandLines(List<ProcessHandle> processes, Map<String, String> secrets) {
    for (ProcessHandle process : processes) {
      String line = process.info().commandLine().orElse("");
      assertThat(secrets.values()).as("%s", process.info()).noneMatch(line::contains);
    }
  }

  private Client customer() throws IOException {
    return new Client(settings.url("gateway")).as("somebody", "customer");
  }

  private String order() throws IOException {
    JsonNode store = customer().get("/stores?limit=1").body().path("items").path(0);
    ObjectNode order = Json.mapper().createObjectNode();
    order.put("storeId", store.path("storeId").asText()).put("fulfilment", "VISIT");
    order.putArray("lines").addObject().put("menuId", "m-1").put("quantity", 1);
    Client.Answer placed = customer().post("/orders", order);
    assertThat(placed.status()).as("%s", placed.body()).isEqualTo(201);
    return placed.text("orderId");
  }

  private List<String> orders() throws IOException {
    Client.Answer listed = customer().get("/orders");
    assertThat(listed.status()).as("%s", listed.body()).isEqualTo(200);
    return listed.body().path("items").findValuesAsText("orderId");
  }

  private void checkAudit() throws Exception {
    Command audit = run("audit");
    assertThat(audit.end()).as("%s %s", audit.out(), audit.errors()).isZero();
    assertThat(audit.out()).startsWith("findings: 0 (everything agrees); orders read: 1;");
  }

  private void checkSecondRunIsRefused() throws Exception {
    Command second = run();
    assertThat(second.end()).isEqualTo(1);
    assertThat(second.error()).contains("already runs", home.resolve("run.json").toString());
    assertThat(new Client(settings.url("gateway")).isUp()).isTrue();
    assertThat(home.resolve("run.json")).exists();
  }

  private void awaitNoProcessLeft() throws Exception {
    await("the end of all processes", () -> processesAtHome().isEmpty());
  }

  /** The processes with a working directory under {@code home}, such as all servers. */
  private List<Long> processesAtHome() throws IOException {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid)
          .filter(pid -> link(Path.of("/proc/" + pid + "/cwd")).startsWith(home.toString()))
          .toList();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Client.pause();
    }
  }
}
