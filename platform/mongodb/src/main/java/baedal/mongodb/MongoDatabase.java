package baedal.mongodb;

import baedal.runtime.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MongoDB of one service, for its verticle: the client, the creation of indexes at start, and
 * the readiness check.
 */
public final class MongoDatabase implements Database {

  private static final Logger log = LoggerFactory.getLogger(MongoDatabase.class);
  private static final long RETRY_MILLIS = 1_000;

  /**
   * An acknowledged write is on the disks of a majority of the servers, and a read returns only
   * such data. So data that was written or read survives the loss of one server. The timeouts
   * detect an unavailable server within seconds. The driver does not retry reads, so that the
   * caller gets the error in time.
   */
  private static final String SETTINGS =
      "w=majority&journal=true&readConcernLevel=majority&serverSelectionTimeoutMS=2000&connectTimeoutMS=2000&socketTimeoutMS=10000&retryReads=false&maxPoolSize=32&waitQueueTimeoutMS=5000";

  private final Vertx vertx;
  private final MongoClient client;
  private volatile boolean prepared;
  private volatile boolean closed;

  /**
   * {@code uri} is {@code mongodb://host:port/database}; its options override {@link #SETTINGS}.
   */
  public MongoDatabase(Vertx vertx, String uri) {
    this.vertx = vertx;
    String all = uri.contains("?") ? uri.replace("?", "?" + SETTINGS + "&") : uri + "?" + SETTINGS;
    client = MongoClient.create(vertx, new JsonObject().put("connection_string", all));
  }

  public MongoClient client() {
    return client;
  }

  /**
   * Creates the indexes by running {@code indexes}. After each failure it tries again 1 s later,
   * until it succeeds. Then it runs {@code then} once.
   */
  public void prepare(Supplier<Future<?>> indexes, Runnable then) {
    indexes
        .get()
        .onSuccess(
            v -> {
              prepared = true;
              then.run();
            })
        .onFailure(
            e -> {
              if (!closed) {
                log.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("preparing the database failed, will retry");
                vertx.setTimer(RETRY_MILLIS, id -> prepare(indexes, then));
              }
            });
  }

  @Override
  public boolean prepared() {
    return prepared;
  }

  @Override
  public String name() {
    return "mongodb";
  }

  /** Succeeds if the database answers and has its indexes. */
  @Override
  public Future<?> ping() {
    return prepared
        ? client.runCommand("ping", new JsonObject().put("ping", 1))
        : Future.failedFuture(new IOException("the database has no indexes yet"));
  }

  @Override
  public Future<Void> close() {
    closed = true;
    return client.close();
  }
}
