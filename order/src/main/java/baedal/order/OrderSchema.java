package baedal.order;

import baedal.postgres.PgDatabase;
import baedal.postgres.PgSchema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The schema of the order service's database. */
public final class OrderSchema {

  private static final String[] MIGRATIONS = {PgSchema.BACKBONE, "classpath:baedal/order/db"};

  private OrderSchema() {}

  /** Migrates the database, for the program that does so before services start. */
  public static Future<Void> migrate(Vertx vertx, String uri) {
    return PgSchema.migrate(vertx, uri, MIGRATIONS);
  }

  static PgDatabase database(Vertx vertx, String uri) {
    return new PgDatabase(vertx, uri, MIGRATIONS);
  }
}
