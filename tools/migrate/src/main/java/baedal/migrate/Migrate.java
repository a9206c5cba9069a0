package baedal.migrate;

import baedal.mypage.MyPageIndexes;
import baedal.order.OrderSchema;
import baedal.payment.PaymentSchema;
import baedal.rider.RiderIndexes;
import baedal.runtime.AuthoritiesProvider;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.TransientFailures;
import baedal.store.StoreIndexes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program that migrates the databases of all services, for operators: as a Job before new
 * versions of the services start. Running services of the old versions continue. It may run several
 * times, also at the same time. The exit code is 0 when all databases are up to date, 1 when a
 * migration failed, and 2 when a setting is missing or wrong.
 */
public final class Migrate {

  private static final Logger log = LoggerFactory.getLogger(Migrate.class);
  private static final long RETRY_MILLIS = 1_000;

  /** One database. {@code migrate} takes its URI. */
  private record Step(String database, String uri, Function<String, Future<Void>> migrate) {}

  private final Vertx vertx;
  private final List<Step> steps = new ArrayList<>();
  private final long endsAt;

  private Migrate(Vertx vertx, Config config) {
    this.vertx = vertx;
    add("order", config.text("ORDER_POSTGRES_URI"), uri -> OrderSchema.migrate(vertx, uri));
    add("payment", config.text("PAYMENT_POSTGRES_URI"), uri -> PaymentSchema.migrate(vertx, uri));
    add("store", config.text("STORE_MONGO_URI"), uri -> StoreIndexes.create(vertx, uri));
    add("rider", config.text("RIDER_MONGO_URI"), uri -> RiderIndexes.create(vertx, uri));
    add("mypage", config.text("MYPAGE_MONGO_URI"), uri -> MyPageIndexes.create(vertx, uri));
    Duration wait = config.duration("MIGRATE_WAIT", Duration.ofMinutes(5));
    endsAt = System.nanoTime() + wait.toNanos();
  }

  public static void main(String[] args) {
    System.exit(run(Config.fromEnvironment()));
  }

  /** Returns the exit code. */
  static int run(Config config) {
    Vertx vertx = Boot.vertx();
    try {
      AuthoritiesProvider.install(config);
      new Migrate(vertx, config).run();
      return 0;
    } catch (IllegalArgumentException e) {
      log.error("cannot migrate: {}", e.getMessage());
      return 2;
    } catch (MigrationFailed e) {
      log.atError()
          .addKeyValue("database", e.getMessage())
          .setCause(e.getCause())
          .log("the migration failed");
      return 1;
    } finally {
      vertx.close().await();
    }
  }

  private void add(String database, String uri, Function<String, Future<Void>> migrate) {
    steps.add(new Step(database, uri, migrate));
  }

  private void run() {
    for (Step step : steps) {
      run(step);
      log.atInfo().addKeyValue("database", step.database()).log("up to date");
    }
  }

  /** Waits for a database that is not available yet, because it may start at the same time. */
  private void run(Step step) {
    while (true) {
      try {
        step.migrate().apply(step.uri()).await();
        return;
      } catch (IllegalArgumentException e) {
        throw e;
      } catch (Exception e) {
        if (!TransientFailures.isOutage(e) || System.nanoTime() - endsAt >= 0) {
          throw new MigrationFailed(step.database(), e);
        }
        log.atWarn()
            .addKeyValue("database", step.database())
            .addKeyValue("cause", e.getMessage())
            .log("the database is not available, will retry");
      }
      vertx.timer(RETRY_MILLIS).await();
    }
  }

  private static final class MigrationFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    MigrationFailed(String database, Exception cause) {
      super(database, cause);
    }
  }
}
