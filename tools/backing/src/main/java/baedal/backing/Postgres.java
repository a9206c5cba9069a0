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
 * PostgreSQL from the binaries in Maven Central, on loopback, for {@code ./run} and for tests. Its
 * settings make it durable; the defaults of the library do not.
 */
public final class Postgres implements Server {

  private static final Logger log = LoggerFactory.getLogger(Postgres.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  /** Under load, transactions that commit within this time share one flush to the disk. */
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

  /** The binaries and the databases are in folders under {@code home}. */
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
   * Ends a server that an earlier JVM left running, and its child processes: they use the data
   * folder. Returns the number of processes. Also deletes the server's pid file. If another process
   * now had the id in this file, no new server would start.
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

  /** Waits until the server has ended: a busy server may need seconds to write its last pages. */
  @Override
  public void stop() {
    Optional<ProcessHandle> postmaster = ProcessHandle.of(pid());
    releaseFolder();
    postmaster.ifPresent(Postgres::awaitEnd);
    try {
      if (!Files.exists(pidFile(data))) {
        Reaper.forget(data.getParent());
      }
    } catch (IOException e) {
      log.atDebug()
          .addKeyValue("cause", e.getMessage())
          .log("cannot tell the reaper that PostgreSQL has ended");
    }
  }

  private static void awaitEnd(ProcessHandle postmaster) {
    try {
      postmaster.onExit().orTimeout(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      postmaster.destroyForcibly();
    }
  }

  /** Also waits for the child processes: they use the data folder until they have ended. */
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
    releaseFolder();
  }

  /**
   * Releases the library's lock on the data folder. It is no error if the server has already ended.
   */
  private void releaseFolder() {
    try {
      server.close();
    } catch (IOException e) {
      log.atDebug()
          .addKeyValue("cause", e.getMessage())
          .log("PostgreSQL had already ended when it was stopped");
    }
  }

  /** Creates the database if it does not exist; returns its URI. */
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
