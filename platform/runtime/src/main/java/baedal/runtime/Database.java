package baedal.runtime;

import io.vertx.core.Future;

/** A service's own database, as the parts of the service see it that do not know its driver. */
public interface Database {

  /** The name of its readiness check. */
  String name();

  /** Succeeds while the database answers and is prepared. */
  Future<?> ping();

  /** Whether its schema or its indexes are there, so that requests can be served. */
  boolean prepared();

  Future<Void> close();
}
