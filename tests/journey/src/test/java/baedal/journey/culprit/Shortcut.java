package baedal.journey.culprit;

import io.vertx.sqlclient.Pool;

/** Violates three rules: it uses a database driver, depends on a service, and blocks. */
final class Shortcut {

  private final Pool pool;

  Shortcut(Pool pool) {
    this.pool = pool;
  }

  Object rows() {
    return pool.query("SELECT 1").execute().await();
  }

  Class<?> service() {
    return baedal.order.OrderVerticle.class;
  }
}
