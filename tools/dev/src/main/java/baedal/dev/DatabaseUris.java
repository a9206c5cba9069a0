package baedal.dev;

import baedal.backing.Postgres;
import java.sql.SQLException;
import java.util.Map;

/**
 * The URIs of the services' databases in a one-machine run. The services share the servers, and
 * each has its own database.
 */
record DatabaseUris(String postgres, String mongo, String redis) {

  /**
   * The URIs for a running system. Each is the URI of an external server if {@code environment}
   * names one, else of the server that the system started.
   */
  static DatabaseUris ofRunning(Settings settings, Map<String, String> environment) {
    return new DatabaseUris(
        externalOr(
            environment,
            "POSTGRES_URI",
            "postgresql://postgres:postgres@127.0.0.1:" + settings.port(Settings.POSTGRES)),
        externalOr(
            environment, "MONGO_URI", "mongodb://127.0.0.1:" + settings.port(Settings.MONGO)),
        externalOr(environment, "REDIS_URI", "redis://127.0.0.1:" + settings.port(Settings.REDIS)));
  }

  private static String externalOr(
      Map<String, String> environment, String variable, String started) {
    return Settings.externalUri(environment, variable).orElse(started);
  }

  /** The URI of the service's PostgreSQL database. Creates the database if it is missing. */
  String postgres(String service) {
    try {
      return Postgres.database(postgres, "baedal_" + service);
    } catch (SQLException e) {
      throw new Failure(
          "cannot create the PostgreSQL database of " + service + ": " + e.getMessage());
    }
  }

  /** The URI of the service's MongoDB database. */
  String mongo(String service) {
    return mongo + "/baedal_" + service;
  }

  /** The URI of the Redis database; only coupon uses one. */
  String redisDatabase() {
    return redis + "/0";
  }
}
