package baedal.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import org.flywaydb.core.Flyway;

/** Migrates the PostgreSQL schema of a service with Flyway, over JDBC, outside the event loop. */
public final class PgSchema {

  /** The migrations of the tables {@code inbox}, {@code outbox} and {@code outbox_shard}. */
  public static final String BACKBONE = "classpath:baedal/postgres/db";

  /** In seconds. A statement of a migration may take up to the socket timeout. */
  private static final String TIMEOUTS = "?connectTimeout=5&socketTimeout=120";

  private PgSchema() {}

  /**
   * Parses the URI of a database.
   *
   * @throws IllegalArgumentException if {@code uri} is not a PostgreSQL URI; the message does not
   *     contain the URI, because it may contain a password
   */
  static PgConnectOptions parse(String uri) {
    try {
      return PgConnectOptions.fromUri(uri);
    } catch (RuntimeException unreadable) {
      throw new IllegalArgumentException(
          "a PostgreSQL URI must be of the form postgresql://user:password@host:port/database;"
              + " percent-encode each character of user and password that is no letter or digit");
    }
  }

  /**
   * Migrates the schema. Fails if the server is unavailable or a migration fails.
   *
   * @param uri {@code postgresql://user:password@host:port/database}
   * @param locations the Flyway locations of the migrations
   */
  public static Future<Void> migrate(Vertx vertx, String uri, String... locations) {
    return vertx.executeBlocking(
        () -> {
          PgConnectOptions server = parse(uri);
          String jdbc =
              "jdbc:postgresql://"
                  + server.getHost()
                  + ":"
                  + server.getPort()
                  + "/"
                  + server.getDatabase()
                  + TIMEOUTS;
          Flyway.configure(PgSchema.class.getClassLoader())
              .dataSource(jdbc, server.getUser(), server.getPassword())
              .locations(locations)
              .load()
              .migrate();
          return null;
        });
  }
}
