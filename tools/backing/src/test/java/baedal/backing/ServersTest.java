package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServersTest {

  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @Test
  void postgresql_keeps_a_confirmed_write_after_a_restart(@TempDir Path home) throws Exception {
    int port = Ports.free();
    Postgres first = Postgres.start(home, port);
    String database = Postgres.database(first.uri(), "kept");
    execute(database, "CREATE TABLE t AS SELECT 42 AS n");
    assertThat(text(database, "SHOW fsync")).isEqualTo("on");
    assertThat(text(database, "SHOW synchronous_commit")).isEqualTo("on");
    first.stop();
    Postgres again = Postgres.start(home, port);
    try {
      assertThat(text(Postgres.database(again.uri(), "kept"), "SELECT n FROM t")).isEqualTo("42");
    } finally {
      again.stop();
    }
  }

  @Test
  void redis_flushes_each_write_to_the_disk_before_it_confirms(@TempDir Path home)
      throws Exception {
    int port = Ports.free();
    Redis redis = Redis.start(home, port);
    try {
      assertThat(setting(port, "appendonly")).isEqualTo("yes");
      assertThat(setting(port, "appendfsync")).isEqualTo("always");
    } finally {
      redis.stop();
    }
  }

  /** A child process that starts while this JVM writes the program inherits the open file. */
  @Test
  void redis_starts_in_an_empty_folder_while_other_processes_start(@TempDir Path home)
      throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> others =
        Stream.generate(() -> new Thread(() -> startOthersUntil(over))).limit(16).toList();
    others.forEach(Thread::start);
    try {
      for (int i = 0; i < 10; i++) {
        Redis.start(home.resolve("redis-" + i), Ports.free()).stop();
      }
    } finally {
      over.set(true);
    }
  }

  private static void startOthersUntil(AtomicBoolean over) {
    while (!over.get()) {
      Tools.succeeds(List.of("true"), 5);
    }
  }

  @Test
  void a_secret_is_kept_in_a_file_that_only_its_owner_can_read(@TempDir Path home)
      throws Exception {
    Path file = home.resolve("a/secret");
    String secret = Secrets.loadOrCreate(file);
    assertThat(Secrets.loadOrCreate(file)).isEqualTo(secret).hasSizeGreaterThanOrEqualTo(32);
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
  }

  @Test
  void a_server_process_ends_when_its_jvm_is_killed(@TempDir Path home) throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Sleeper.class.getName(),
                home.toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("out").toFile())
            .start();
    Path pidFile = home.resolve("pid");
    await().atMost(DEADLINE).until(() -> Files.exists(pidFile) && Files.size(pidFile) > 0);
    long pid = Long.parseLong(Files.readString(pidFile));
    assertThat(ProcessHandle.of(pid)).isPresent();
    jvm.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
    await()
        .atMost(DEADLINE)
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void an_orphan_is_ended_but_not_a_process_with_another_start_time(@TempDir Path home)
      throws Exception {
    Path log = Files.createDirectories(home.resolve("server")).resolve("server.log");
    Path other = log.resolveSibling("other.log");
    Process orphan = new ProcessBuilder("sleep", "600").start();
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Orphans.write(log, orphan.toHandle());
      Files.writeString(Orphans.pidFile(other), stranger.pid() + " 1000");
      assertThat(Orphans.end(home)).isEqualTo(1);
      assertThat(orphan.isAlive()).isFalse();
      assertThat(stranger.isAlive()).as("the process with a reused id").isTrue();
      assertThat(Orphans.end(home)).isZero();
    } finally {
      orphan.destroyForcibly();
      stranger.destroyForcibly();
    }
  }

  @Test
  void a_process_with_the_id_in_an_old_postgresql_pid_file_is_not_ended(@TempDir Path home)
      throws Exception {
    Path data = Files.createDirectories(home.resolve("data"));
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Path pidFile = Files.writeString(data.resolve("postmaster.pid"), stranger.pid() + "\n");
      assertThat(Postgres.endOrphans(home)).isZero();
      assertThat(stranger.isAlive()).isTrue();
      assertThat(pidFile).as("the pid file, which would prevent a start").doesNotExist();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void a_ctrl_c_in_the_terminal_does_not_reach_a_server(@TempDir Path home) throws Exception {
    Path group = home.resolve("group");
    ServerProcess server =
        ServerProcess.start(
            "server",
            java.util.List.of(
                "sh",
                "-c",
                "cut -d ' ' -f 5 /proc/self/stat > group.part; mv group.part group; read -r x"),
            java.util.Map.of(),
            home.resolve("server.log"));
    await().atMost(DEADLINE).until(() -> Files.exists(group));
    assertThat(Files.readString(group).strip()).isEqualTo("" + server.pid());
    server.kill();
  }

  @Test
  void an_empty_secret_file_gets_a_new_secret(@TempDir Path home) throws Exception {
    Path file = Files.createFile(home.resolve("secret"));
    assertThat(Secrets.loadOrCreate(file)).isNotEmpty().isEqualTo(Secrets.loadOrCreate(file));
  }

  /** The program of a JVM that starts a process and then waits until the test kills it. */
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] args) throws Exception {
      Path home = Path.of(args[0]);
      ServerProcess process =
          ServerProcess.start(
              "sleep",
              java.util.List.of("sleep", "600"),
              java.util.Map.of(),
              home.resolve("sleep.log"));
      Path written = Files.writeString(home.resolve("pid.part"), "" + process.pid());
      Files.move(written, home.resolve("pid"));
      Thread.sleep(600_000);
    }
  }

  private static void execute(String uri, String sql) throws Exception {
    try (var connection = DriverManager.getConnection(jdbc(uri), "postgres", "postgres");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(String uri, String sql) throws Exception {
    try (var connection = DriverManager.getConnection(jdbc(uri), "postgres", "postgres");
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  /** Redis answers with an array of name and value; before each is a line with its length. */
  private static String setting(int redisPort, String name) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redisPort);
        BufferedReader answer =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      socket.setSoTimeout(10_000);
      String asked = "CONFIG GET " + name + "\r\n";
      socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
      assertThat(answer.readLine()).isEqualTo("*2");
      answer.readLine();
      assertThat(answer.readLine()).isEqualTo(name);
      answer.readLine();
      return answer.readLine();
    }
  }

  private static String jdbc(String uri) {
    URI server = URI.create(uri);
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + server.getPath();
  }
}
