package baedal.store;

import baedal.mongodb.MongoDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * The indexes of the store service's database, for the program that creates them before services
 * start.
 */
public final class StoreIndexes {

  private StoreIndexes() {}

  /** Creates the indexes that are missing, as the service does at its start. */
  public static Future<Void> create(Vertx vertx, String uri) {
    MongoDatabase mongo = new MongoDatabase(vertx, uri);
    return new StoreRepository(mongo.client(), () -> {})
        .prepare()
        .<Void>mapEmpty()
        .eventually(mongo::close);
  }
}
