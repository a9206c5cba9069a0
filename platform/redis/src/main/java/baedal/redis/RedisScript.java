package baedal.redis;

import baedal.runtime.TransientFailures;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A Lua script, which repositories run. A call sends only the digest of the script; it sends the
 * whole script if Redis does not know the digest.
 */
public final class RedisScript {

  private final String source;
  private final String digest;

  public RedisScript(URL resource) {
    try (InputStream in = resource.openStream()) {
      source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      digest =
          HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance("SHA-1")
                      .digest(source.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs the script; {@code keys} must not be empty. */
  public Future<Response> run(RedisAPI redis, List<String> keys, List<String> arguments) {
    return redis
        .evalsha(call(digest, keys, arguments))
        .recover(
            failure ->
                RedisFailures.code(failure).equals(RedisFailures.NO_SCRIPT)
                    ? redis.eval(call(source, keys, arguments))
                    : Future.failedFuture(failure))
        .recover(
            failure ->
                RedisFailures.code(failure).equals(RedisFailures.GENERIC)
                    ? withItsCode(failure, redis, keys.get(0))
                    : Future.failedFuture(failure));
  }

  /**
   * Fails with the specific code of an error in a script. Redis before 7.0 reports such an error as
   * {@code ERR}, even if the server is full or read-only. A write outside a script fails with the
   * specific code, so this method sends one. The write changes nothing: an empty string changes no
   * value and creates no key.
   */
  private static Future<Response> withItsCode(Throwable failure, RedisAPI redis, String key) {
    return redis
        .setrange(key, "0", "")
        .transform(
            write ->
                Future.failedFuture(
                    TransientFailures.isOutage(write.cause()) ? write.cause() : failure));
  }

  private static List<String> call(String script, List<String> keys, List<String> arguments) {
    List<String> call = new ArrayList<>();
    call.add(script);
    call.add(Integer.toString(keys.size()));
    call.addAll(keys);
    call.addAll(arguments);
    return call;
  }
}
