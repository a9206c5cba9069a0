package baedal.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

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
      return PgTls.complete(PgConnectOptions.fromUri(uri));
    } catch (RuntimeException unreadable) {
      throw new IllegalArgumentException(
          "a PostgreSQL URI must be of the form postgresql://user:password@host:port/database;"
              + " percent-encode each character of user and password that is no letter or digit");
    }
  }

  /**
   * Migrates the schema. Fails if the server is unavailable or a migration fails. Several processes
   * may do this at the same time: Flyway lets one after another do it.
   *
   * @param uri {@code postgresql://user:password@host:port/database}
   * @param locations the Flyway locations of the migrations
   */
  public static Future<Void> migrate(Vertx vertx, String uri, String... locations) {
    return vertx.executeBlocking(
        () -> {
          flyway(uri, locations).migrate();
          return null;
        });
  }

  /**
   * Fails while a migration has not been applied. It changes nothing, so the user needs no right to
   * do so. Of a repeatable migration any version is enough, because a newer release may have
   * replaced it already; and migrations of a newer release do no harm.
   */
  static Future<Void> requireMigrated(Vertx vertx, String uri, String... locations) {
    return vertx.executeBlocking(
        () -> {
          MigrationInfo[] all = flyway(uri, locations).info().all();
          Set<String> applied =
              Stream.of(all)
                  .filter(migration -> migration.getState().isApplied())
                  .map(PgSchema::key)
                  .collect(Collectors.toSet());
          List<String> missing =
              Stream.of(all).map(PgSchema::key).filter(key -> !applied.contains(key)).toList();
          if (!missing.isEmpty()) {
            throw new IOException("these migrations have not been applied: " + missing);
          }
          return null;
        });
  }

  private static String key(MigrationInfo migration) {
    return migration.getVersion() == null
        ? migration.getDescription()
        : "V" + migration.getVersion();
  }

  private static Flyway flyway(String uri, String... locations) {
    PgConnectOptions server = parse(uri);
    String jdbc =
        "jdbc:postgresql://"
            + server.getHost()
            + ":"
            + server.getPort()
            + "/"
            + server.getDatabase()
            + TIMEOUTS
            + PgTls.parameters(server);
    return Flyway.configure(PgSchema.class.getClassLoader())
        .dataSource(jdbc, server.getUser(), server.getPassword())
        .locations(locations)
        .load();
  }
}
