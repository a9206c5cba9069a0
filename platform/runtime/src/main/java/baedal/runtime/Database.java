package baedal.runtime;

import io.vertx.core.Future;

/**
 * A service's own database, whichever driver it needs. The module {@code rabbitmq}, which assembles
 * a service, uses it for readiness and shutdown.
 */
public interface Database {

  /** The name of its readiness check. */
  String name();

  /** Succeeds while the database answers and {@link #prepared} is true. */
  Future<?> ping();

  /**
   * Whether the schema and the indexes exist. While they do not, every operation responds with 503.
   */
  boolean prepared();

  Future<Void> close();
}
