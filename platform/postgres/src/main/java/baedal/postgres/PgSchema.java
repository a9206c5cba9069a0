package baedal.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import org.flywaydb.core.Flyway;

/** Brings a service's PostgreSQL schema up to date (Flyway, over JDBC, off the event loop). */
public final class PgSchema {

  /** The tables of the backbone: outbox and inbox. */
  public static final String BACKBONE = "classpath:baedal/postgres/db";

  /** Seconds; a migration may take a while. */
  private static final String TIMEOUTS = "?connectTimeout=5&socketTimeout=120";

  private PgSchema() {}

  /**
   * Parses the address of a server and the user's name and password.
   *
   * @throws IllegalArgumentException if {@code uri} is not a PostgreSQL URI; the message does not
   *     repeat it, because it may hold a password
   */
  static PgConnectOptions parse(String uri) {
    try {
      return PgConnectOptions.fromUri(uri);
    } catch (RuntimeException unreadable) {
      throw new IllegalArgumentException(
          "a PostgreSQL URI must be of the form postgresql://user:password@host:port/database,"
              + " percent-encoded where user and password have more than letters and digits");
    }
  }

  /**
   * Migrates the schema, and fails while the server is away. {@code uri} is {@code
   * postgresql://user:password@host:port/database}.
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
