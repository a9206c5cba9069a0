package baedal.dev;

import baedal.backing.Postgres;
import java.sql.SQLException;
import java.util.Map;

/**
 * Where the services find their databases. Each service has a database of its own on the shared
 * servers.
 */
record DatabaseUris(String postgres, String mongo, String redis) {

  /** Of the servers of a running system: named in the environment, else started by that system. */
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

  /** The service's PostgreSQL database, made if it is missing. */
  String postgres(String service) {
    try {
      return Postgres.database(postgres, "baedal_" + service);
    } catch (SQLException e) {
      throw new Failure("PostgreSQL refuses a database for " + service + ": " + e.getMessage());
    }
  }

  /** The service's MongoDB database. */
  String mongo(String service) {
    return mongo + "/baedal_" + service;
  }

  /** Only one service uses Redis. */
  String redisDatabase() {
    return redis + "/0";
  }
}
