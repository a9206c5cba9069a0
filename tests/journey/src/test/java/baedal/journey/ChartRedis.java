package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Secrets;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Gives the Redis of the tests the users of the chart, so that services have the rights that they
 * have in a cluster.
 */
final class ChartRedis {

  private static final List<String> SERVICES = List.of("coupon", "gateway");

  private final Map<String, String> uris = new HashMap<>();

  /** Runs the chart's script, which writes the users to a file in {@code folder}. */
  ChartRedis(Path folder) throws Exception {
    Path users = folder.resolve("users.acl");
    ProcessBuilder script =
        new ProcessBuilder("sh", Readme.TOP.resolve("helm/files/redis/setup.sh").toString())
            .inheritIO();
    script.environment().putAll(Map.of("USERS", users.toString(), "REDIS_PASSWORD", "unused"));
    URI server = URI.create(TestServers.redis());
    for (String service : SERVICES) {
      String password = Secrets.random();
      script.environment().put(service.toUpperCase(Locale.ROOT) + "_PASSWORD", password);
      uris.put(
          service,
          server.toString().replace("redis://", "redis://" + service + ":" + password + "@"));
    }
    assertThat(script.start().waitFor()).isZero();
    Vertx vertx = Vertx.vertx();
    Redis administrator = Redis.createClient(vertx, server.toString());
    for (String line : Files.readAllLines(users)) {
      // "user NAME RULES": the user default stays as it is, because other tests use it.
      String[] words = line.split(" ");
      if (SERVICES.contains(words[1])) {
        Request change = Request.cmd(Command.ACL).arg("SETUSER");
        List.of(words).subList(1, words.length).forEach(change::arg);
        administrator.send(change).await();
      }
    }
    vertx.close().await();
  }

  /** The {@code REDIS_URI} of the service; empty if it does not use Redis. */
  Optional<String> uri(String service) {
    return Optional.ofNullable(uris.get(service));
  }
}
