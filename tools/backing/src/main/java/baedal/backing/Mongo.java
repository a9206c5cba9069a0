package baedal.backing;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * MongoDB for {@code ./run} and for tests: a {@code mongod} on the PATH, else a container in
 * Docker, else an embedded server with the same protocol.
 */
public final class Mongo implements Server {

  private static final String EMBEDDED = "embedded MongoDB";

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final String kind;
  private final int port;
  private final long pid;
  private final Runnable stop;
  private final Runnable kill;

  private Mongo(String kind, int port, long pid, Runnable stop, Runnable kill) {
    this.kind = kind;
    this.port = port;
    this.pid = pid;
    this.stop = stop;
    this.kill = kill;
  }

  /** Runs the embedded server as a process; the arguments are its data file and its port. */
  public static void main(String[] args) {
    Mongo mongo = embedded(Path.of(args[0]), Integer.parseInt(args[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(mongo::stop, "stop"));
  }

  /** If {@code separate} is true, even the embedded server runs in a process of its own. */
  public static Mongo start(Path home, int port, boolean separate) throws IOException {
    Path data = home.resolve("data");
    Files.createDirectories(data);
    Optional<Path> mongod = Tools.find("mongod");
    if (mongod.isPresent()) {
      return process(
          "mongod",
          home,
          port,
          List.of(
              mongod.get().toString(),
              "--dbpath",
              data.toString(),
              "--bind_ip",
              "127.0.0.1",
              "--port",
              "" + port));
    }
    if (Tools.docker()) {
      return process(
          "MongoDB in Docker",
          home,
          port,
          Tools.dockerRun("mongo:8", port, 27017, data, "/data/db", Map.of()));
    }
    Path file = data.resolve("mongo.mv.db");
    return separate ? process(EMBEDDED, home, port, command(file, port)) : embedded(file, port);
  }

  private static List<String> command(Path file, int port) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xmx160m",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        Mongo.class.getName(),
        file.toString(),
        "" + port);
  }

  private static Mongo process(String kind, Path home, int port, List<String> command)
      throws IOException {
    ServerProcess process = ServerProcess.start(kind, command, Map.of(), home.resolve("mongo.log"));
    process.await(() -> Ports.answers(port), START_TIMEOUT);
    return new Mongo(kind, port, process.pid(), () -> process.stop(STOP_TIMEOUT), process::kill);
  }

  /** Starts the embedded server in this JVM, with its data in {@code file}. */
  public static Mongo embedded(Path file, int port) {
    return embedded(new DurableBackend(file), port);
  }

  /**
   * Starts the embedded server in this JVM; it has no data file, so its data is lost when it stops.
   */
  public static Mongo inMemory(int port) {
    return embedded(H2Backend.inMemory(), port);
  }

  /**
   * One thread executes all commands. A second thread could change a document while the first one
   * sends it, because the server does not copy the documents that it sends.
   */
  static Mongo embedded(MongoBackend backend, int port) {
    MongoServer server = new MongoServer(backend);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1, 1);
    return new Mongo(
        EMBEDDED,
        port,
        ProcessHandle.current().pid(),
        server::shutdownNow,
        () -> {
          throw new UnsupportedOperationException(
              "cannot kill the embedded MongoDB: it runs in this JVM");
        });
  }

  @Override
  public String name() {
    return kind;
  }

  @Override
  public String uri() {
    return "mongodb://127.0.0.1:" + port;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public void stop() {
    stop.run();
  }

  @Override
  public void kill() {
    kill.run();
  }
}
