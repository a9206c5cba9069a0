package baedal.mypage;

import baedal.mongodb.MongoDatabase;
import baedal.runtime.Boot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * The indexes of the mypage service's database, for the program that creates them before services
 * start.
 */
public final class MyPageIndexes {

  private MyPageIndexes() {}

  /** Creates the indexes that are missing, as the service does at its start. */
  public static Future<Void> create(Vertx vertx, String uri) {
    MongoDatabase mongo = new MongoDatabase(vertx, uri);
    GenerationRepository generations = new GenerationRepository(mongo.client(), Boot.clock());
    return new MyPageRepository(mongo.client(), generations)
        .prepare()
        .compose(v -> new NotificationRepository(mongo.client()).prepare())
        .<Void>mapEmpty()
        .eventually(mongo::close);
  }
}
