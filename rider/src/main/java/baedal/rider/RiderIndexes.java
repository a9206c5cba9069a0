package baedal.rider;

import baedal.mongodb.MongoDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * The indexes of the rider service's database, for the program that creates them before services
 * start.
 */
public final class RiderIndexes {

  private RiderIndexes() {}

  /** Creates the indexes that are missing, as the service does at its start. */
  public static Future<Void> create(Vertx vertx, String uri) {
    MongoDatabase mongo = new MongoDatabase(vertx, uri);
    return new RiderRepository(mongo.client(), () -> {})
        .prepare()
        .<Void>mapEmpty()
        .eventually(mongo::close);
  }
}
