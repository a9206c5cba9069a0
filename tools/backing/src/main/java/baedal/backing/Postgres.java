package baedal.backing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL from the binaries in Maven Central, on loopback. It is durable, which the defaults of
 * the embedded server are not.
 */
public final class Postgres implements Server {

  private static final Logger log = LoggerFactory.getLogger(Postgres.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  /** Under load, transactions that commit within this time share one write to the disk. */
  private static final String COMMIT_DELAY_MICROS = "1000";

  private static final List<String[]> DURABLE =
      List.of(
          new String[] {"fsync", "on"},
          new String[] {"synchronous_commit", "on"},
          new String[] {"full_page_writes", "on"},
          new String[] {"listen_addresses", "127.0.0.1"},
          new String[] {"unix_socket_directories", ""},
          new String[] {"commit_delay", COMMIT_DELAY_MICROS},
          new String[] {"max_connections", "300"},
          new String[] {"shared_buffers", "32MB"});

  private final EmbeddedPostgres server;
  private final Path data;

  private Postgres(EmbeddedPostgres server, Path data) {
    this.server = server;
    this.data = data;
  }

  /** {@code home} holds the binaries and, in {@code data}, the databases. */
  public static Postgres start(Path home, int port) throws IOException {
    Path data = home.resolve("data");
    Path log = home.resolve("postgres.log");
    Files.createDirectories(home);
    endOrphans(home);
    Files.deleteIfExists(log);
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(home.resolve("binaries").toFile())
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPort(port)
            .setPGStartupWait(START_TIMEOUT)
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .setLocaleConfig("locale-provider", "builtin")
            .setLocaleConfig("locale", "C.UTF-8")
            .setLocaleConfig("encoding", "UTF8");
    DURABLE.forEach(setting -> builder.setServerConfig(setting[0], setting[1]));
    Reaper.watch(home);
    try {
      return new Postgres(builder.start(), data);
    } catch (IOException | IllegalStateException e) {
      throw new IOException("PostgreSQL did not start; " + ServerProcess.endOf(log), e);
    }
  }

  /**
   * Ends a server that outlived its JVM, and its children, because they hold the data folder;
   * returns how many processes. Deletes the server's pid file: the id in it may be used again, and
   * would keep a new server from starting.
   */
  public static int endOrphans(Path home) throws IOException {
    int orphans = Orphans.endProgramsIn(home.resolve("binaries"));
    Files.deleteIfExists(pidFile(home.resolve("data")));
    return orphans;
  }

  private static Path pidFile(Path data) {
    return data.resolve("postmaster.pid");
  }

  @Override
  public String name() {
    return "PostgreSQL";
  }

  @Override
  public String uri() {
    return "postgresql://postgres:postgres@127.0.0.1:" + server.getPort();
  }

  @Override
  public long pid() {
    try {
      return Long.parseLong(Files.readAllLines(pidFile(data)).get(0).strip());
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      return -1;
    }
  }

  /** Waits for the server's end: a busy one may write its last pages for a while. */
  @Override
  public void stop() {
    Optional<ProcessHandle> postmaster = ProcessHandle.of(pid());
    closeStarter();
    postmaster.ifPresent(Postgres::awaitEnd);
    try {
      if (!Files.exists(pidFile(data))) {
        Reaper.forget(data.getParent());
      }
    } catch (IOException e) {
      log.atDebug().addKeyValue("cause", e.getMessage()).log("the reaper is gone");
    }
  }

  private static void awaitEnd(ProcessHandle postmaster) {
    try {
      postmaster.onExit().orTimeout(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      postmaster.destroyForcibly();
    }
  }

  /** Waits for its children, too: they hold the data folder until they have ended. */
  @Override
  public void kill() {
    ProcessHandle.of(pid())
        .ifPresent(
            postmaster -> {
              List<ProcessHandle> children = postmaster.descendants().toList();
              postmaster.destroyForcibly();
              postmaster.onExit().join();
              children.forEach(ProcessHandle::destroyForcibly);
              children.forEach(child -> child.onExit().join());
            });
    closeStarter();
  }

  /** The starter holds a lock on the data folder. The server may have ended before: no error. */
  private void closeStarter() {
    try {
      server.close();
    } catch (IOException e) {
      log.atDebug().addKeyValue("cause", e.getMessage()).log("the server was gone already");
    }
  }

  /** Makes the database where it is missing; returns its URI. */
  public static String database(String serverUri, String name) throws SQLException {
    java.net.URI server = java.net.URI.create(serverUri);
    String[] user =
        server.getUserInfo() == null
            ? new String[] {"postgres", ""}
            : server.getUserInfo().split(":", 2);
    int port = server.getPort() < 0 ? 5432 : server.getPort();
    String jdbc = "jdbc:postgresql://" + server.getHost() + ":" + port + "/postgres";
    try (Connection connection =
            DriverManager.getConnection(jdbc, user[0], user.length > 1 ? user[1] : "");
        Statement statement = connection.createStatement()) {
      String quoted = "\"" + name.replace("\"", "\"\"") + "\"";
      try (ResultSet found =
          statement.executeQuery(
              "SELECT 1 FROM pg_database WHERE datname = '" + name.replace("'", "''") + "'")) {
        if (found.next()) {
          return databaseUri(server, name);
        }
      }
      statement.execute("CREATE DATABASE " + quoted);
    }
    return databaseUri(server, name);
  }

  private static String databaseUri(java.net.URI server, String name) {
    return "postgresql://" + server.getRawAuthority() + "/" + name;
  }
}
