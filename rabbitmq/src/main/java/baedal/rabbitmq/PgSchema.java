package baedal.rabbitmq;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import org.flywaydb.core.Flyway;

/** Brings a service's PostgreSQL schema up to date (Flyway, over JDBC, off the event loop). */
public final class PgSchema {

  /** The tables of the backbone: outbox and inbox. */
  public static final String BACKBONE = "classpath:baedal/rabbitmq/db";

  /** Seconds; a migration may take a while. */
  private static final String TIMEOUTS = "?connectTimeout=5&socketTimeout=120";

  private PgSchema() {}

  /**
   * {@code uri} is {@code postgresql://user:password@host:port/database}; fails while the server is
   * away.
   */
  public static Future<Void> migrate(Vertx vertx, String uri, String... locations) {
    return vertx.executeBlocking(
        () -> {
          URI server = URI.create(uri);
          String[] user =
              server.getUserInfo() == null
                  ? new String[] {"", ""}
                  : server.getUserInfo().split(":", 2);
          String jdbc =
              "jdbc:postgresql://"
                  + server.getHost()
                  + ":"
                  + (server.getPort() < 0 ? 5432 : server.getPort())
                  + server.getPath()
                  + TIMEOUTS;
          Flyway.configure(PgSchema.class.getClassLoader())
              .dataSource(jdbc, user[0], user.length > 1 ? user[1] : "")
              .locations(locations)
              .load()
              .migrate();
          return null;
        });
  }
}
