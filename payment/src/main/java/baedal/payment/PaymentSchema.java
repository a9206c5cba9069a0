package baedal.payment;

import baedal.postgres.PgDatabase;
import baedal.postgres.PgSchema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The schema of the payment service's database. */
public final class PaymentSchema {

  private static final String[] MIGRATIONS = {PgSchema.BACKBONE, "classpath:baedal/payment/db"};

  private PaymentSchema() {}

  /** Migrates the database, for the program that does so before services start. */
  public static Future<Void> migrate(Vertx vertx, String uri) {
    return PgSchema.migrate(vertx, uri, MIGRATIONS);
  }

  static PgDatabase database(Vertx vertx, String uri) {
    return new PgDatabase(vertx, uri, MIGRATIONS);
  }
}
