package baedal.backing;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.h2.mvstore.MVStore;

/**
 * MongoDB: a {@code mongod} on the PATH, else Docker, else an embedded server that speaks its
 * protocol.
 */
public final class Mongo implements Server {

  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(10);

  /** With the default of a second, a hard exit loses writes that were acknowledged. */
  private static final int COMMIT_MILLIS = 20;

  private final String kind;
  private final int port;
  private final long pid;
  private final Runnable stop;

  private Mongo(String kind, int port, long pid, Runnable stop) {
    this.kind = kind;
    this.port = port;
    this.pid = pid;
    this.stop = stop;
  }

  public static Mongo start(Path home, int port) throws IOException {
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
    return embedded(data.resolve("mongo.mv.db"), port);
  }

  private static Mongo process(String kind, Path home, int port, List<String> command)
      throws IOException {
    ServerProcess process = ServerProcess.start(kind, command, Map.of(), home.resolve("mongo.log"));
    process.await(() -> Ports.answers(port), STARTS_WITHIN);
    return new Mongo(kind, port, process.pid(), () -> process.stop(STOPS_WITHIN));
  }

  /** The embedded server inside this JVM, with its data in {@code file}. */
  public static Mongo embedded(Path file, int port) {
    MVStore store =
        new MVStore.Builder().fileName(file.toString()).cacheSize(8).autoCommitDisabled().open();
    store.setAutoCommitDelay(COMMIT_MILLIS);
    return embedded(new MongoServer(new H2Backend(store)), port);
  }

  /** The embedded server inside this JVM, forgetting everything with it. */
  public static Mongo inMemory(int port) {
    return embedded(new MongoServer(H2Backend.inMemory()), port);
  }

  private static Mongo embedded(MongoServer server, int port) {
    server.bind("127.0.0.1", port);
    return new Mongo("embedded MongoDB", port, ProcessHandle.current().pid(), server::shutdownNow);
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
}
